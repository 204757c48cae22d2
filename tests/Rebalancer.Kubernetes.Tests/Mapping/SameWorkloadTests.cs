using k8s.Models;
using Rebalancer.Kubernetes.Mapping;

namespace Rebalancer.Kubernetes.Tests.Mapping;

public sealed class SameWorkloadTests
{
    private static readonly Dictionary<string, (string? Field, Action<V1PodSpec> Bend)> Bends = new()
    {
        ["nothing"] = (null, _ => { }),
        ["node"] = (null, s => s.NodeName = "other"),
        ["resources, resized in place"] = (null, s => s.Containers[0].Resources = new V1ResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("2") } }),
        ["name of the token's volume"] = (null, s => s.Volumes[1].Name = s.Containers[0].VolumeMounts[1].Name = "kube-api-access-zzzzz"),
        ["empty lists for none"] = (null, s => (s.Containers[0].Command, s.InitContainers) = ([], [])),
        ["image"] = ("spec.containers", s => s.Containers[0].Image = "redis:8"),
        ["arguments"] = ("spec.containers", s => s.Containers[0].Args = ["--appendonly", "yes"]),
        ["capabilities"] = ("spec.containers", s => s.Containers[0].SecurityContext = new V1SecurityContext { Capabilities = new V1Capabilities { Add = ["SYS_PTRACE"] } }),
        ["mount"] = ("spec.containers", s => s.Containers[0].VolumeMounts[0].MountPath = "/elsewhere"),
        ["one more container"] = ("spec.containers", s => s.Containers.Add(new V1Container { Name = "spy", Image = "busybox" })),
        ["sidecar"] = ("spec.initContainers", s => s.InitContainers = [new V1Container { Name = "spy", Image = "busybox", RestartPolicy = "Always" }]),
        ["volume"] = ("spec.volumes", s => s.Volumes[0] = new V1Volume { Name = "data", ConfigMap = new V1ConfigMapVolumeSource { Name = "mine" } }),
        ["what the token's volume has"] = ("spec.volumes", s => s.Volumes[1] = new V1Volume { Name = "kube-api-access-abcde", HostPath = new V1HostPathVolumeSource { Path = "/" } }),
        ["service account"] = ("spec.serviceAccountName", s => s.ServiceAccountName = "admin"),
        ["user"] = ("spec.securityContext", s => s.SecurityContext = new V1PodSecurityContext { RunAsUser = 0 }),
        ["processes of the node"] = ("spec.hostPID", s => s.HostPID = true),
        ["network of the node"] = ("spec.hostNetwork", s => s.HostNetwork = true),
        ["processes of all containers"] = ("spec.shareProcessNamespace", s => s.ShareProcessNamespace = true),
    };

    public static TheoryData<string> Cases => [.. Bends.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Difference_OneIsBent_NamesTheFieldThatCounts(string name)
    {
        var (a, b) = (Pod(), Pod());
        Bends[name].Bend(b.Spec);

        Assert.Equal(Bends[name].Field, SameWorkload.Difference(a, b));
        Assert.Equal(Bends[name].Field, SameWorkload.Difference(b, a));
    }

    private static V1Pod Pod() => new()
    {
        Spec = new V1PodSpec
        {
            ServiceAccountName = "default",
            Volumes = [new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource() }, new V1Volume { Name = "kube-api-access-abcde", Projected = new V1ProjectedVolumeSource { Sources = [] } }],
            Containers =
            [
                new V1Container
                {
                    Name = "redis",
                    Image = "redis:7",
                    VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = "/data" }, new V1VolumeMount { Name = "kube-api-access-abcde", MountPath = "/var/run/secrets/kubernetes.io/serviceaccount" }],
                },
            ],
        },
    };
}
