using Microsoft.AspNetCore.Http;
using Rebalancer.Testing.Selectors;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Http;

/// <summary>Which objects of a collection a list or watch sees.</summary>
internal sealed record ObjectFilter(string Namespace, LabelSelector Labels, FieldSelector Fields)
{
    public bool Matches(StoredObject o) =>
        (Namespace.Length == 0 || o.Key.Namespace == Namespace) && Labels.Matches(o.Root) && Fields.Matches(o.Root);

    public static ObjectFilter Parse(HttpRequest http, ResourceRequest request)
    {
        var fields = FieldSelector.Parse(http.Query["fieldSelector"], request.Resource);
        return new(request.Namespace, LabelSelectorParser.Parse(http.Query["labelSelector"]), fields);
    }
}
