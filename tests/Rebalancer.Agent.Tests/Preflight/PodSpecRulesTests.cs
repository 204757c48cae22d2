using k8s.Models;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Preflight;

public sealed class PodSpecRulesTests
{
    [Fact]
    public void Check_PlainPod_Passes() => Assert.Null(PodSpecRules.Check(Pod()));

    [Fact]
    public void Check_VolumesThatKubeletMakes_Pass()
    {
        var pod = Pod();
        pod.Spec.Volumes =
        [
            new V1Volume { Name = "a", ConfigMap = new V1ConfigMapVolumeSource() }, new V1Volume { Name = "b", Secret = new V1SecretVolumeSource() },
            new V1Volume { Name = "c", Projected = new V1ProjectedVolumeSource() }, new V1Volume { Name = "d", DownwardAPI = new V1DownwardAPIVolumeSource() },
            new V1Volume { Name = "e", EmptyDir = new V1EmptyDirVolumeSource() },
        ];
        Assert.Null(PodSpecRules.Check(pod));
    }

    [Fact]
    public void Check_HookOfTheLastContainer_IsFine()
    {
        var pod = Pod();
        pod.Spec.Containers[0].Lifecycle = new V1Lifecycle { PostStart = new V1LifecycleHandler() };
        pod.Spec.Containers.Insert(0, new V1Container { Name = "side", StartupProbe = new V1Probe() });
        Assert.Null(PodSpecRules.Check(pod));
    }

    [Fact]
    public void Moving_AsKubeletStartsThem_SidecarsFirstAndNoFinishedInitContainers()
    {
        var pod = Pod();
        pod.Spec.Containers.Add(new V1Container { Name = "web" });
        pod.Spec.InitContainers = [new V1Container { Name = "setup" }, new V1Container { Name = "proxy", RestartPolicy = "Always" }];

        Assert.Equal(["proxy", "redis", "web"], PodSpecRules.Moving(pod.Spec).Select(container => container.Name));
        Assert.Null(PodSpecRules.Check(pod));
    }

    public static TheoryData<string, Action<V1Pod>> Refusals => new()
    {
        { Reasons.HostNamespace, pod => pod.Spec.HostNetwork = true },
        { Reasons.HostNamespace, pod => pod.Spec.HostPID = true },
        { Reasons.HostNamespace, pod => pod.Spec.HostIPC = true },
        { Reasons.SharedProcessNamespace, pod => pod.Spec.ShareProcessNamespace = true },
        { Reasons.TooManyContainers, pod => pod.Spec.Containers = [.. Enumerable.Range(0, PodSpecRules.MaximumContainers + 1).Select(i => new V1Container { Name = $"c{i}" })] },
        { Reasons.TerminalUnsupported, pod => pod.Spec.Containers.Add(new V1Container { Name = "side", Tty = true }) },
        { Reasons.TerminalUnsupported, pod => pod.Spec.InitContainers = [new V1Container { Name = "sidecar", RestartPolicy = "Always", Tty = true }] },
        { Reasons.StartupUnsupported, pod => pod.Spec.InitContainers = [new V1Container { Name = "sidecar", RestartPolicy = "Always", StartupProbe = new V1Probe() }] },
        { Reasons.StartupUnsupported, pod => pod.Spec.Containers.Insert(0, new V1Container { Name = "side", Lifecycle = new V1Lifecycle { PostStart = new V1LifecycleHandler() } }) },
        { Reasons.EphemeralContainer, pod => pod.Spec.EphemeralContainers = [new V1EphemeralContainer { Name = "debug" }] },
        { Reasons.TerminalUnsupported, pod => pod.Spec.Containers[0].Tty = true },
        { Reasons.TerminalUnsupported, pod => pod.Spec.Containers[0].Stdin = true },
        { Reasons.DeviceUnsupported, pod => pod.Spec.Containers[0].VolumeDevices = [new V1VolumeDevice { Name = "disk" }] },
        { Reasons.DeviceUnsupported, pod => pod.Spec.Containers[0].Resources = new V1ResourceRequirements { Limits = new Dictionary<string, ResourceQuantity> { ["nvidia.com/gpu"] = new("1") } } },
        { Reasons.VolumeUnsupported, pod => pod.Spec.Volumes = [new V1Volume { Name = "data", HostPath = new V1HostPathVolumeSource() }] },
        { Reasons.VolumeUnsupported, pod => pod.Spec.Volumes = [Claim()] },
        { Reasons.VolumeUnsupported, pod => { pod.Spec.Volumes = [Claim()]; Allow(pod, "yes"); } },
        { Reasons.VolumeUnsupported, pod => { pod.Spec.Volumes = [Claim()]; Allow(pod, "true", OwnerKinds.ReplicaSet); } },
    };

    [Theory]
    [InlineData(null)]
    [InlineData(OwnerKinds.StatefulSet)]
    public void Check_ClaimOfAPodThatKeepsItsName_PassesWhereItsOwnerAllowsIt(string? owner)
    {
        var pod = Pod();
        pod.Spec.Volumes = [Claim()];
        Allow(pod, "true", owner);
        Assert.Null(PodSpecRules.Check(pod));
    }

    private static V1Volume Claim() => new() { Name = "data", PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = "data" } };

    private static void Allow(V1Pod pod, string text, string? owner = null)
    {
        pod.Metadata.Annotations = new Dictionary<string, string> { [Names.Reattach] = text };
        pod.Metadata.OwnerReferences = owner is null ? null : [new V1OwnerReference { Kind = owner, Name = "redis", Controller = true }];
    }

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Check_WhatCannotMove_IsRefusedByReasonAndNamesThePod(string reason, Action<V1Pod> change)
    {
        var pod = Pod();
        change(pod);
        var refusal = PodSpecRules.Check(pod);
        Assert.Equal(reason, refusal?.Reason);
        Assert.Contains("redis-1", refusal!.Message, StringComparison.Ordinal);
    }

    private static V1Pod Pod() => new() { Metadata = new V1ObjectMeta { Name = "redis-1" }, Spec = new V1PodSpec { Containers = [new V1Container { Name = "redis" }] } };
}
