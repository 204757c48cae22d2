using System.Text.Json.Nodes;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Resources;

namespace Rebalancer.Testing.Kinds;

/// <summary>What a built-in kind adds to the generic server: defaults, checks and the forced start of its status.</summary>
internal sealed record KindRules
{
    private static readonly KindRules Nothing = new();

    private static readonly Dictionary<string, KindRules> ByResource = new()
    {
        ["pods"] = new() { Default = PodRules.Default, Admit = PodRules.Admit, Begin = PodRules.Begin, Check = PodRules.Check, CheckUpdate = PodRules.CheckUpdate },
        ["namespaces"] = new() { Default = NamespaceRules.Default, Begin = NamespaceRules.Begin },
        ["services"] = new() { Default = ServiceRules.Default, Check = ServiceRules.Check },
        ["replicasets.apps"] = new() { Default = WorkloadRules.Default, Begin = WorkloadRules.Begin, Check = WorkloadRules.Check, CheckUpdate = WorkloadRules.CheckUpdate },
        ["deployments.apps"] = new() { Default = DeploymentRules.Default, Begin = WorkloadRules.Begin, Check = WorkloadRules.Check, CheckUpdate = WorkloadRules.CheckUpdate },
        ["statefulsets.apps"] = new() { Default = StatefulSetRules.Default, Begin = WorkloadRules.Begin, Check = StatefulSetRules.Check, CheckUpdate = StatefulSetRules.CheckUpdate },
        ["daemonsets.apps"] = new() { Default = WorkloadRules.DefaultTemplate, Check = WorkloadRules.Check, CheckUpdate = WorkloadRules.CheckUpdate },
        ["jobs.batch"] = new() { Default = JobRules.Default, Begin = JobRules.Begin, Check = JobRules.Check, CheckUpdate = JobRules.CheckUpdate },
        ["leases.coordination.k8s.io"] = new() { Check = MicroTimes.CheckLease },
        ["events"] = new() { Check = MicroTimes.CheckEvent },
        ["customresourcedefinitions.apiextensions.k8s.io"] = new() { Check = CustomResources.Check },
    };

    /// <summary>Fills in defaults; runs on every write.</summary>
    public Action<JsonObject> Default { get; init; } = _ => { };

    /// <summary>Adds what the real server's admission plugins add to a new object, before webhooks see it.</summary>
    public Action<JsonObject> Admit { get; init; } = _ => { };

    /// <summary>Sets what a new object starts with, after webhooks have seen it.</summary>
    public Action<JsonObject> Begin { get; init; } = _ => { };

    public Func<JsonObject, IEnumerable<FieldError>> Check { get; init; } = _ => [];

    /// <summary>Checks a change: (old, new).</summary>
    public Func<JsonObject, JsonObject, IEnumerable<FieldError>> CheckUpdate { get; init; } = (_, _) => [];

    public static KindRules Of(ResourceDescriptor resource) => ByResource.GetValueOrDefault(resource.QualifiedPlural, Nothing);
}
