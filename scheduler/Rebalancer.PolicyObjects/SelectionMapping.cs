using System.Collections.Immutable;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;
using Rebalancer.Policy.Cost;
using Rebalancer.Policy.Moves;

namespace Rebalancer.PolicyObjects;

/// <summary>Which nodes and pods.</summary>
internal static class SelectionMapping
{
    public static NodeMatch Nodes(PolicyFields fields, string field, NodeSelection? spec) => new()
    {
        InstanceTypes = [.. spec?.InstanceTypes ?? []],
        CapacityTypes = [.. (spec?.CapacityTypes ?? []).Select((c, i) => fields.Choice(
            $"{field}.capacityTypes[{i}]", c, CapacityType.OnDemand, ("on-demand", CapacityType.OnDemand), ("spot", CapacityType.Spot), ("reserved", CapacityType.Reserved)))],
        Labels = (spec?.Labels ?? ImmutableDictionary<string, string>.Empty).ToImmutableDictionary(),
    };

    public static PodMatch Pods(PolicyFields fields, string field, PodSelection? spec)
    {
        var expressions = spec?.Selector?.MatchExpressions ?? [];
        for (var i = 0; i < expressions.Count; i++)
        {
            Check(fields, $"{field}.selector.matchExpressions[{i}]", expressions[i]);
        }

        return new PodMatch
        {
            Namespaces = [.. spec?.Namespaces ?? []],
            ExcludedNamespaces = [.. spec?.ExcludedNamespaces ?? []],
            Selector = PlacementMapping.ToSelector(spec?.Selector) ?? new LabelSelector([]),
        };
    }

    private static void Check(PolicyFields fields, string field, V1LabelSelectorRequirement requirement)
    {
        var count = requirement.Values?.Count ?? 0;
        if (string.IsNullOrEmpty(requirement.Key))
        {
            fields.Report(field + ".key", "", "the name of a label");
        }

        switch (requirement.OperatorProperty)
        {
            case "In" or "NotIn" when count == 0:
                fields.Report(field + ".values", "", $"values, for {requirement.OperatorProperty} asks for one of them");
                break;
            case "Exists" or "DoesNotExist" when count > 0:
                fields.Report(field + ".values", string.Join(", ", requirement.Values!), $"none, for {requirement.OperatorProperty} asks for no value");
                break;
            case "In" or "NotIn" or "Exists" or "DoesNotExist":
                break;
            case var other:
                fields.Report(field + ".operator", other ?? "", "In, NotIn, Exists or DoesNotExist");
                break;
        }
    }
}
