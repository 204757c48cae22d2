using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Http;

/// <summary>A request for a collection (no name), an object or a subresource.</summary>
internal sealed record ResourceRequest(ResourceDescriptor Resource, string Namespace, string Name, string Subresource)
{
    /// <summary>The resource under which the objects are stored.</summary>
    public ResourceDescriptor Stored => Resource.Storage;

    public ObjectKey Key => new(Namespace, Name);

    /// <summary>Reads the path after the API version.</summary>
    /// <returns>Null when no such resource is served.</returns>
    public static ResourceRequest? Parse(ResourceRegistry registry, string group, string version, ReadOnlySpan<string> rest)
    {
        var ns = "";
        if (rest.Length >= 3 && rest[0] == "namespaces" && rest[2] is not ("status" or "finalize"))
        {
            ns = rest[1];
            rest = rest[2..];
        }

        if (rest.Length is 0 or > 3 || registry.Find(group, version, rest[0]) is not { } resource)
        {
            return null;
        }

        var request = new ResourceRequest(resource, ns, rest.Length > 1 ? rest[1] : "", rest.Length > 2 ? rest[2] : "");
        var namedWithoutNamespace = resource.Namespaced && ns.Length == 0 && request.Name.Length > 0;
        return (!resource.Namespaced && ns.Length > 0) || namedWithoutNamespace ? null : request;
    }
}
