using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;
using Rebalancer.Rebalancing.WhatIf.Clusters;

namespace Rebalancer.Simulation.Plans;

/// <summary>What is simulated as objects of the API server, as far as <see cref="SoakCluster"/> makes use of them: read back by the product they say the same.</summary>
internal static class ClusterObjects
{
    public static JsonObject Of(SimulatedNode node)
    {
        var info = node.Info;
        var labels = info.Labels.SetItem(Names.Region, info.Machine.Region).SetItem(Names.Arch, info.Machine.Arch);
        var annotations = new JsonObject { [Names.AgentEndpoint] = info.AgentEndpoint };
        if (info.TerminatesAt is { } end) { annotations[Names.TerminatesAt] = Text(end); }
        if (node.ReleasedAt is { } released) { annotations[Names.EmptiedAt] = Text(released); }
        var taints = info.Interrupted ? info.Taints.Add(new Taint(Names.InterruptionTaint, "", "NoSchedule")) : info.Taints;
        var amounts = Amounts(info.Allocatable);
        amounts["pods"] = info.PodLimit.ToString(CultureInfo.InvariantCulture);
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Node",
            ["metadata"] = new JsonObject
            {
                ["name"] = info.Name,
                ["uid"] = info.Name,
                ["labels"] = Labels(info.Machine.Capacity == CapacityType.Spot ? labels.SetItem(Names.CapacityTypeKarpenter, "spot") : labels),
                ["annotations"] = annotations,
                ["creationTimestamp"] = info.CreatedAt is { } made ? Text(made) : null,
            },
            ["spec"] = new JsonObject { ["taints"] = Array(taints.Select(t => new JsonObject { ["key"] = t.Key, ["value"] = t.Value, ["effect"] = t.Effect })) },
            ["status"] = new JsonObject { ["allocatable"] = amounts, ["conditions"] = Ready(info.Ready) },
        };
    }

    public static JsonObject Of(PodInfo pod)
    {
        var spec = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = "app", ["resources"] = new JsonObject { ["requests"] = Amounts(pod.Requests) } }) };
        if (pod.NodeName.Length > 0) { spec["nodeName"] = pod.NodeName; }
        spec["topologySpreadConstraints"] = Array(pod.Placement.Spread.Select(s => new JsonObject
        {
            ["topologyKey"] = s.TopologyKey, ["labelSelector"] = Selector(s.Selector!), ["maxSkew"] = s.MaxSkew, ["whenUnsatisfiable"] = s.Required ? "DoNotSchedule" : "ScheduleAnyway",
        }));
        var apart = Array(pod.Placement.AntiAffinity.Select(t => new JsonObject { ["topologyKey"] = t.TopologyKey, ["labelSelector"] = Selector(t.Selector!) }));
        spec["affinity"] = new JsonObject { ["podAntiAffinity"] = new JsonObject { ["requiredDuringSchedulingIgnoredDuringExecution"] = apart } };
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject
            {
                ["namespace"] = pod.Namespace,
                ["name"] = pod.Name,
                ["uid"] = pod.Uid,
                ["labels"] = Labels(pod.Labels),
                ["annotations"] = pod.Shape.DoNotDisrupt is { } mark ? new JsonObject { [mark[..mark.IndexOf('=', StringComparison.Ordinal)]] = "true" } : [],
                ["ownerReferences"] = new JsonArray(new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = pod.Owner!.Kind, ["name"] = pod.Owner.Name, ["uid"] = pod.Owner.Uid, ["controller"] = true }),
            },
            ["spec"] = spec,
            ["status"] = new JsonObject { ["phase"] = pod.Phase, ["conditions"] = Ready(pod.Ready), ["startTime"] = pod.StartedAt is { } at ? Text(at) : null },
        };
    }

    public static JsonObject Of(BudgetInfo budget) => new()
    {
        ["apiVersion"] = "policy/v1",
        ["kind"] = "PodDisruptionBudget",
        ["metadata"] = new JsonObject { ["namespace"] = budget.Namespace, ["name"] = budget.Name, ["uid"] = budget.FullName, ["generation"] = 1 },
        ["spec"] = new JsonObject { ["selector"] = Selector(budget.Selector!) },
        ["status"] = new JsonObject
        {
            ["observedGeneration"] = 1, ["disruptionsAllowed"] = budget.DisruptionsAllowed, ["currentHealthy"] = budget.CurrentHealthy, ["desiredHealthy"] = budget.DesiredHealthy,
        },
    };

    private static JsonArray Ready(bool isReady) => [new JsonObject { ["type"] = "Ready", ["status"] = isReady ? "True" : "False" }];

    private static JsonObject Labels(ImmutableDictionary<string, string> labels) => new(labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value)));

    private static JsonObject Amounts(ResourceSet amounts) => new(amounts.Amounts.Select(a => KeyValuePair.Create(a.Key, (JsonNode?)a.Value.ToString())));

    private static JsonObject Selector(LabelSelector selector) => new()
    {
        ["matchExpressions"] = Array(selector.Requirements.Select(r => new JsonObject { ["key"] = r.Key, ["operator"] = r.Operator, ["values"] = Array(r.Values.Select(v => JsonValue.Create(v))) })),
    };

    private static JsonArray Array(IEnumerable<JsonNode> items) => new([.. items]);

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
