using System.Collections.Immutable;

namespace Rebalancer.Model;

/// <summary>Volumes as they bind pods to nodes.</summary>
public sealed record StorageInfo(ImmutableArray<ClaimInfo> Claims, ImmutableArray<PersistentVolumeInfo> Volumes, ImmutableArray<StorageClassInfo> Classes)
{
    public static readonly StorageInfo None = new([], [], []);
}

/// <param name="Volume">The volume that it is bound to; empty while it is not.</param>
/// <param name="AccessModes">ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod.</param>
public sealed record ClaimInfo(string Namespace, string Name, string Volume, string StorageClass, ImmutableArray<string> AccessModes)
{
    public bool OnePod => AccessModes.Contains("ReadWriteOncePod");

    /// <summary>Pods of one node at a time: what can be attached to more allows more.</summary>
    public bool OneNode => !AccessModes.IsEmpty && AccessModes.All(m => m is "ReadWriteOnce" or "ReadWriteOncePod");
}

/// <param name="NodeTerms">Where it can be reached from; empty: everywhere.</param>
/// <param name="Topology">Its zone and region labels: node label and the values that reach it.</param>
/// <param name="Driver">CSI driver; empty for other kinds.</param>
/// <param name="Handle">What the driver attaches: two volumes of the same handle are attached once.</param>
public sealed record PersistentVolumeInfo(
    string Name, ImmutableArray<NodeTerm> NodeTerms, ImmutableArray<Requirement> Topology, string Driver, string Handle)
{
    /// <summary>In status.volumesAttached of the node that it is attached to; volumes of drivers that attach nothing stand in none.</summary>
    public string AttachedName => $"kubernetes.io/csi/{Driver}^{Handle}";
}

/// <param name="WaitsForPod">A volume is made where the first pod goes (WaitForFirstConsumer).</param>
/// <param name="AllowedTopologies">Where volumes can be made; empty: everywhere.</param>
public sealed record StorageClassInfo(string Name, bool WaitsForPod, bool Default, ImmutableArray<NodeTerm> AllowedTopologies);
