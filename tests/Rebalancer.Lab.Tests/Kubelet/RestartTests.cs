using k8s.Models;
using Rebalancer.Lab.Cri;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Tests.Kubelet;

/// <summary>What makes kubelet start a container again, and what does not.</summary>
[Collection(PlainNodesCollection.Name)]
public sealed class RestartTests(PlainNodes nodes) : IDisposable
{
    private readonly CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));

    public void Dispose() => limit.Dispose();

    [Theory]
    [InlineData("n1")]
    [InlineData("n2")]
    public async Task Container_Exits_IsRestartedWithCountAndLastState(string node)
    {
        var name = $"restart-{node}";
        var pod = Pods.Shell(name, node, "[ -e /data/again ] || { touch /data/again; exit 3; }; " + Pods.Stay);
        AddData(pod);
        await nodes.Pods.CreateAsync(pod, limit.Token);
        var again = await nodes.Pods.WaitAsync(name, current => Pods.IsReady(current) && Pods.Only(current).RestartCount == 1, "restarted once", limit.Token);
        Assert.Equal(3, Pods.Only(again).LastState.Terminated.ExitCode);
        await nodes.Pods.DeleteAsync(name, limit.Token);
    }

    [Fact]
    public async Task Container_ExitsAgainAtOnce_WaitsInCrashLoopBackOff()
    {
        await nodes.Pods.CreateAsync(Pods.Shell("crash", "n1", "exit 1"), limit.Token);
        var waiting = await nodes.Pods.WaitAsync("crash", pod => pod.Status?.ContainerStatuses is [{ State.Waiting.Reason: "CrashLoopBackOff" }], "in back-off", limit.Token);
        Assert.Equal(1, Pods.Only(waiting).LastState.Terminated.ExitCode);
        Assert.Equal("Running", waiting.Status.Phase);
        Assert.False(Pods.IsReady(waiting));
        await nodes.Pods.DeleteAsync("crash", limit.Token);
    }

    [Fact]
    public async Task LivenessProbe_Fails_ContainerIsKilledAndRestarted()
    {
        var pod = Pods.Shell("liveness", "n1", "[ -e /data/healthy ] || touch /data/ill; " + Pods.Stay);
        AddData(pod);
        pod.Spec.Containers[0].LivenessProbe = new V1Probe
        {
            Exec = new V1ExecAction { Command = ["sh", "-c", "[ ! -e /data/ill ] || { rm /data/ill; touch /data/healthy; exit 1; }"] },
            PeriodSeconds = 1,
            FailureThreshold = 1,
        };
        await nodes.Pods.CreateAsync(pod, limit.Token);
        var restarted = await nodes.Pods.WaitAsync("liveness", current => Pods.IsReady(current) && Pods.Only(current).RestartCount == 1, "restarted by its probe", limit.Token);
        Assert.NotNull(Pods.Only(restarted).LastState.Terminated);
        await nodes.Pods.DeleteAsync("liveness", limit.Token);
    }

    [Fact]
    public async Task ReadinessProbe_FailsThenPasses_OnlyReadinessFollows()
    {
        var pod = Pods.Shell("readiness", "n1", "mkdir -p /tmp/www; cd /tmp/www; httpd -p 8080; sleep 3; echo ok > /tmp/www/ready; " + Pods.Stay);
        pod.Spec.Containers[0].ReadinessProbe = new V1Probe { HttpGet = new V1HTTPGetAction { Path = "/ready", Port = 8080 }, PeriodSeconds = 1, FailureThreshold = 1 };
        await nodes.Pods.CreateAsync(pod, limit.Token);
        var running = await nodes.Pods.WaitAsync("readiness", current => current.Status?.ContainerStatuses?[0].State.Running is not null, "running", limit.Token);
        Assert.False(Pods.IsReady(running));
        var ready = await nodes.Pods.WaitAsync("readiness", Pods.IsReady, "ready", limit.Token);
        Assert.Equal(0, Pods.Only(ready).RestartCount);
        await nodes.Pods.DeleteAsync("readiness", limit.Token);
    }

    [Fact]
    public async Task Kubelet_Restarted_LeavesPodsRunningAndKillsOrphans()
    {
        var kept = await nodes.Pods.StartAsync(Pods.Shell("kept", "n2", Pods.Stay), limit.Token);
        var orphan = await nodes.Pods.StartAsync(Pods.Shell("orphan", "n2", Pods.Stay), limit.Token);
        await nodes.Second.StopKubeletAsync();
        await nodes.Pods.DeleteAsync("orphan", limit.Token, graceSeconds: 0);
        await nodes.Second.StartKubeletAsync(limit.Token);

        await Poll.UntilAsync(() => HasNothingOfAsync(orphan.Uid()), TimeSpan.FromSeconds(30), "nothing of the orphan is left", limit.Token);
        var still = await nodes.Pods.WaitAsync("kept", Pods.IsReady, "ready", limit.Token);
        Assert.Equal(Pods.Only(kept).ContainerID, Pods.Only(still).ContainerID);
        await nodes.Pods.DeleteAsync("kept", limit.Token);
    }

    [Fact]
    public async Task Containerd_Restarted_PodsLiveOn()
    {
        var pod = await nodes.Pods.StartAsync(Pods.Shell("through", "n1", Pods.Stay), limit.Token);
        await nodes.First.RestartContainerdAsync(limit.Token);
        await nodes.Pods.WaitAsync("through", current => Pods.IsReady(current) && Pods.Only(current).ContainerID == Pods.Only(pod).ContainerID, "the same", limit.Token);
        await nodes.Pods.DeleteAsync("through", limit.Token);
    }

    private async Task<bool> HasNothingOfAsync(string uid)
    {
        var containers = await nodes.Second.Cri.Runtime.ListContainersAsync(new ListContainersRequest(), cancellationToken: limit.Token);
        return containers.Containers.All(container => container.Labels["io.kubernetes.pod.uid"] != uid);
    }

    private static void AddData(V1Pod pod)
    {
        pod.Spec.Volumes = [new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource() }];
        pod.Spec.Containers[0].VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = "/data" }];
    }
}
