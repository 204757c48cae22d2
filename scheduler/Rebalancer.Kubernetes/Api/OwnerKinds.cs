namespace Rebalancer.Kubernetes.Api;

/// <summary>Kinds of controllers whose pods can move, and how each gets another pod in the place of one that leaves.</summary>
public static class OwnerKinds
{
    public const string ReplicaSet = "ReplicaSet";
    public const string Job = "Job";
    public const string StatefulSet = "StatefulSet";

    /// <summary>A bare pod: we create it again.</summary>
    public const string None = "None";

    /// <summary>It forgets a pod that lost a label of its selector, and makes another one while the first still runs.</summary>
    public static bool LetsGoByLabel(string? kind) => kind is ReplicaSet or Job;

    /// <summary>The pod comes back under its name, and so only once the name is free.</summary>
    public static bool KeepsName(string? kind) => kind is StatefulSet or None;
}
