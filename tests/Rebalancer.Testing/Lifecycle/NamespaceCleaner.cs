using System.Text.Json.Nodes;
using Rebalancer.Testing.Controllers;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Lifecycle;

/// <summary>Empties a deleted namespace, then lets it go; gives a new one its default service account.</summary>
internal sealed class NamespaceCleaner(ControllerContext context, ILogger logger) : Controller<string>(context, logger)
{
    protected override string Name => "namespace-controller";

    protected override IEnumerable<string> Affected(WatchEvent change)
    {
        if (change.Resource == Known.Namespaces)
        {
            return [change.Object.Key.Name];
        }

        var isLast = change.Kind == ChangeKind.Deleted && Store.Find(Known.Namespaces, new("", change.Object.Key.Namespace)) is { IsDeleting: true };
        return isLast ? [change.Object.Key.Namespace] : [];
    }

    protected override async Task ReconcileAsync(string ns, CancellationToken cancellationToken)
    {
        if (Store.Find(Known.Namespaces, new("", ns)) is not { } o)
        {
            return;
        }

        if (!o.IsDeleting)
        {
            await AddServiceAccountAsync(ns, cancellationToken);
            return;
        }

        var contents = Registry.Distinct().Where(r => r.Namespaced)
            .SelectMany(r => Store.List(r).Objects.Keys.Where(k => k.Namespace == ns).Select(k => new ObjectReference(r, k)))
            .ToList();
        foreach (var content in contents.Where(c => Store.Find(c.Resource, c.Key) is { IsDeleting: false }))
        {
            await DeleteAsync(content, new DeleteOptions(), cancellationToken);
        }

        if (!Registry.Distinct().Where(r => r.Namespaced).Any(r => Store.List(r).Objects.Keys.Any(k => k.Namespace == ns)))
        {
            await ChangeAsync(new(Known.Namespaces, o.Key), node => node.Child("spec").Remove("finalizers"), cancellationToken);
        }
    }

    private async Task AddServiceAccountAsync(string ns, CancellationToken cancellationToken)
    {
        if (Store.Find(Known.ServiceAccounts, new(ns, "default")) is null)
        {
            await CreateAsync(Known.ServiceAccounts, ns, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "default" } }, cancellationToken);
        }
    }
}
