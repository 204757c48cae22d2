using k8s.Models;

namespace Rebalancer.Lab.Volumes;

/// <summary>A persistent volume of the lab, and the claim that it is bound to.</summary>
/// <param name="File">Stands for the disk in the storage system: every node of the lab could reach it.</param>
internal sealed record LabVolume(string Name, string Claim, string Namespace, string File)
{
    public const string Driver = "csi.lab.rebalancer.dev";

    /// <summary>As Kubernetes names it in a node's status.</summary>
    public string UniqueName => UniqueNameOf(Name);

    public static string UniqueNameOf(string volume) => $"kubernetes.io/csi/{Driver}^{volume}";

    public bool IsUsedBy(V1Pod pod) => pod.Metadata.NamespaceProperty == Namespace && pod.Spec.Volumes?.Any(volume => volume.PersistentVolumeClaim?.ClaimName == Claim) == true;

    public V1PersistentVolume Object(int megabytes) => new()
    {
        Metadata = new V1ObjectMeta { Name = Name },
        Spec = new V1PersistentVolumeSpec
        {
            AccessModes = ["ReadWriteOnce"],
            Capacity = Size(megabytes),
            ClaimRef = new V1ObjectReference { Kind = "PersistentVolumeClaim", Name = Claim, NamespaceProperty = Namespace },
            Csi = new V1CSIPersistentVolumeSource { Driver = Driver, VolumeHandle = Name, FsType = "ext4" },
            PersistentVolumeReclaimPolicy = "Retain",
        },
        Status = new V1PersistentVolumeStatus { Phase = "Bound" },
    };

    public V1PersistentVolumeClaim ClaimObject(int megabytes) => new()
    {
        Metadata = new V1ObjectMeta { Name = Claim, NamespaceProperty = Namespace },
        Spec = new V1PersistentVolumeClaimSpec { AccessModes = ["ReadWriteOnce"], VolumeName = Name, Resources = new V1VolumeResourceRequirements { Requests = Size(megabytes) } },
        Status = new V1PersistentVolumeClaimStatus { Phase = "Bound", AccessModes = ["ReadWriteOnce"], Capacity = Size(megabytes) },
    };

    private static Dictionary<string, ResourceQuantity> Size(int megabytes) => new() { ["storage"] = new ResourceQuantity($"{megabytes}Mi") };
}
