namespace Rebalancer.Architecture.Tests.Rules;

/// <summary>Who may reference whom. A product project that is not listed may not exist; adding a line here is a decision about the architecture.</summary>
internal static class AllowedReferences
{
    public static readonly IReadOnlyDictionary<string, string[]> Projects = new Dictionary<string, string[]>
    {
        ["Rebalancer.Model"] = [],
        ["Rebalancer.Policy"] = ["Rebalancer.Model"],
        ["Rebalancer.Planning"] = ["Rebalancer.Model", "Rebalancer.Policy"],
        ["Rebalancer.Kubernetes"] = ["Rebalancer.Model"],
        ["Rebalancer.PolicyObjects"] = ["Rebalancer.Model", "Rebalancer.Policy", "Rebalancer.Kubernetes"],
        ["Rebalancer.Scheduler"] = ["Rebalancer.Model", "Rebalancer.Policy", "Rebalancer.Kubernetes", "Rebalancer.PolicyObjects"],
        ["Rebalancer.Rebalancing"] = ["Rebalancer.Model", "Rebalancer.Policy", "Rebalancer.Planning", "Rebalancer.Kubernetes", "Rebalancer.PolicyObjects"],
        ["Rebalancer.Ledger"] = ["Rebalancer.Model", "Rebalancer.Policy", "Rebalancer.Kubernetes"],
        ["Rebalancer.Descheduler"] = ["Rebalancer.Model", "Rebalancer.Policy", "Rebalancer.Planning", "Rebalancer.Rebalancing", "Rebalancer.Ledger", "Rebalancer.Kubernetes", "Rebalancer.PolicyObjects"],
        ["Rebalancer.Cli"] = ["Rebalancer.Model", "Rebalancer.Policy", "Rebalancer.Planning", "Rebalancer.Rebalancing", "Rebalancer.Ledger", "Rebalancer.Kubernetes", "Rebalancer.PolicyObjects"],
        ["Rebalancer.Agent.Contracts"] = [],
        ["Rebalancer.Agent.Local"] = [],
        ["Rebalancer.Agent"] = ["Rebalancer.Agent.Contracts", "Rebalancer.Agent.Local", "Rebalancer.Kubernetes"],
        ["Rebalancer.Runtime"] = ["Rebalancer.Agent.Local"],
        ["Rebalancer.Cni"] = ["Rebalancer.Agent.Local"],
    };

    /// <summary>Projects that are pure, or start on every runc call, and the packages each may name.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Packages = new Dictionary<string, string[]>
    {
        ["Rebalancer.Model"] = [],
        ["Rebalancer.Policy"] = ["MathNet.Numerics", "Microsoft.ML", "Quartz"],
        ["Rebalancer.Planning"] = [],
        ["Rebalancer.Agent.Local"] = [],
        ["Rebalancer.Runtime"] = [],
        ["Rebalancer.Cni"] = [],
    };

    /// <summary>What a project may not reach by any path, whatever the single steps allow.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> NeverReached = new Dictionary<string, string[]>
    {
        ["Rebalancer.Agent"] = ["Rebalancer.Policy", "Rebalancer.Planning", "Rebalancer.Rebalancing", "Rebalancer.Ledger", "Rebalancer.Descheduler", "Rebalancer.Scheduler", "Rebalancer.PolicyObjects"],
        ["Rebalancer.Scheduler"] = ["Rebalancer.Planning", "Rebalancer.Rebalancing", "Rebalancer.Ledger", "Rebalancer.Descheduler"],
    };
}
