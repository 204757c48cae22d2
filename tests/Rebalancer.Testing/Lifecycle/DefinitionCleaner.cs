using Rebalancer.Testing.Controllers;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Lifecycle;

/// <summary>When a CustomResourceDefinition is gone, its objects go and its paths are served no more.</summary>
internal sealed class DefinitionCleaner(ControllerContext context, ILogger logger) : Controller<string>(context, logger)
{
    protected override string Name => "customresourcedefinition-controller";

    protected override IEnumerable<string> Affected(WatchEvent change) =>
        change.Resource == Known.Definitions && change.Kind == ChangeKind.Deleted ? [change.Object.Key.Name] : [];

    protected override async Task ReconcileAsync(string definition, CancellationToken cancellationToken)
    {
        if (Store.Find(Known.Definitions, new("", definition)) is not null || Registry.Distinct().FirstOrDefault(r => r.QualifiedPlural == definition) is not { } resource)
        {
            return;
        }

        foreach (var key in Store.List(resource).Objects.Keys)
        {
            await DeleteAsync(new(resource, key), new DeleteOptions(), cancellationToken);
        }

        Registry.Set(definition, []);
    }
}
