using System.Globalization;
using k8s;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Moves;
using Rebalancer.Lab.Processes;
using Xunit.Abstractions;

namespace Rebalancer.Lab.Tests.Moves;

/// <summary>Pods with a disk that only one node at a time has: it is detached and attached within the move, and whatever happens the pod has it, and nobody else.</summary>
[Collection(LabCollection.Name)]
public sealed class VolumeTests(VolumeLab lab, ITestOutputHelper output) : IClassFixture<VolumeLab>
{
    private const string Moves = "/run/rebalancer/moves";
    private const double SlowMbitPerS = 5;
    private static readonly TimeSpan TestLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MoveLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("StatefulSet", 1)]
    [InlineData("None", 1)]
    [InlineData("StatefulSet", 20)]
    public async Task Move_RedisWithADiskThereAndBack_ConnectionStaysAndTheDiskHasAll(string owner, int attachSeconds)
    {
        using var limit = new CancellationTokenSource(TestLimit);
        await using var redis = await lab.StartRedisAsync(owner, limit.Token);
        lab.Cluster.Storage.AttachTime = TimeSpan.FromSeconds(attachSeconds);
        var digest = await redis.KeepAsync(limit.Token);
        foreach (var target in (string[])[VolumeLab.Second, VolumeLab.First])
        {
            var outcome = await redis.Load.MoveAsync(target, MoveLimit, limit.Token);
            var status = outcome.Migration.Status;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{owner}, {attachSeconds} s to attach and to detach, to {target}: stall {outcome.StallMs:0} ms, freeze to the commit {status.Source?.FreezeMs} ms, to the target's start {status.Target?.FreezeMs} ms, total {outcome.TotalMs:0} ms"));
            foreach (var entry in status.Source!.Timeline!.Concat(status.Target!.Timeline!)) { output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {entry.Step} {entry.AtMs:0}")); }
            Assert.True(status.Phase == Phases.Succeeded, MigrationApi.Describe(outcome.Migration));
            Assert.Equal((true, false, Strategies.PreCopy), (status.Owner!.Reattaches, status.Owner.Gate, status.Source.Strategy));
            Assert.Null(redis.Load.Problem);
            Assert.Equal(target, (await redis.Load.PodAsync(limit.Token)).Spec.NodeName);
            Assert.InRange(outcome.StallMs, 2000 * attachSeconds, double.MaxValue);
            Assert.Equal(digest, await redis.DigestAsync(limit.Token));
        }

        Assert.Equal([VolumeLab.First, VolumeLab.Second, VolumeLab.First], redis.Attachments);
        var answered = (await redis.Load.Counter.StopAsync()).LastValue;
        var counted = await redis.CountAsync(limit.Token);
        // The client did not wait for its last answer.
        Assert.InRange(counted, answered, answered + 1);
        await redis.RestartColdAsync(limit.Token);
        Assert.Equal((counted, digest), (await redis.CountAsync(limit.Token), await redis.DigestAsync(limit.Token)));
        Assert.Empty(redis.Violations);
    }

    [Fact]
    public async Task Move_PodWithFilesOnItsDiskInUse_FindsThemAsTheyWere()
    {
        using var limit = new CancellationTokenSource(TestLimit);
        var (name, claim) = await lab.CreateDiskAsync("files", limit.Token);
        var spec = FileKeeper.Spec(bulkMegabytes: 1);
        // Most of what it does with files, it does in this folder: here one of the disk, by a subPath.
        spec.Containers[0].VolumeMounts.Add(new V1VolumeMount { Name = "data", MountPath = "/job", SubPath = "job" });
        spec.Volumes.Add(VolumeLab.Disk("data", claim));
        var pods = new PodApi(lab.Cluster.Client, TimeProvider.System);
        var pod = await Placement.OnAsync(lab.Cluster.Client, VolumeLab.First, () => StartAsync(name, spec, pods, limit.Token), limit.Token);
        var count = await FilesTests.LookAsync(pod, limit.Token);
        foreach (var target in (string[])[VolumeLab.Second, VolumeLab.First])
        {
            var migrations = new MigrationApi(lab.Cluster.Client, TimeProvider.System);
            var begun = await migrations.CreateAsync($"{name}-to-{target}", new MigrationSpec { PodName = pod.Name(), TargetNode = target }, VolumeLab.Namespace, limit.Token);
            var ended = await migrations.WaitForEndAsync(begun.Metadata.Name, VolumeLab.Namespace, MoveLimit, limit.Token);
            Assert.True(ended.Status.Phase == Phases.Succeeded, MigrationApi.Describe(ended));
            pod = await pods.WaitReadyAsync(name, VolumeLab.Namespace, Limit, limit.Token);
            var after = await FilesTests.LookAsync(pod, limit.Token);
            Assert.InRange(after, count + 1, int.MaxValue);
            count = after;
        }

        Assert.Equal([VolumeLab.First, VolumeLab.Second, VolumeLab.First], lab.Cluster.Storage.Attachments(claim));
        Assert.Empty(lab.Cluster.Storage.Violations(claim));
    }

    [Fact]
    public async Task TargetAgentKilled_InTransfer_SourceGoesOnWithItsDisk()
    {
        using var limit = new CancellationTokenSource(TestLimit);
        await using var redis = await lab.StartRedisAsync("StatefulSet", limit.Token, megabytes: 100);
        // Its memory is packed well: a faster link would be done before anybody is killed.
        foreach (var node in lab.Cluster.Nodes) { await node.SetLinkSpeedAsync(SlowMbitPerS, limit.Token); }
        try
        {
            var begun = await redis.Load.BeginMoveAsync(VolumeLab.Second, limit.Token);
            await redis.Load.Migrations.WaitAsync(begun.Metadata.Name, VolumeLab.Namespace, now => now.Status.Phase is Phases.Preparing or Phases.Freezing, MoveLimit, limit.Token);
            await lab.Cluster.Node(VolumeLab.Second).Agent!.KillAsync(limit.Token);
            var ended = await redis.Load.Migrations.WaitForEndAsync(begun.Metadata.Name, VolumeLab.Namespace, MoveLimit, limit.Token);
            Assert.True(ended.Status.Decision == Decision.Aborted, MigrationApi.Describe(ended));
        }
        finally
        {
            foreach (var node in lab.Cluster.Nodes) { await node.SetLinkSpeedAsync(null, CancellationToken.None); }
        }

        await redis.Load.NextReplyAsync(limit.Token);
        Assert.Null(redis.Load.Problem);
        Assert.Equal(redis.Load.FirstPod.Uid(), (await redis.Load.PodAsync(limit.Token)).Uid());
        Assert.Equal([VolumeLab.First], redis.Attachments);
        var again = await redis.Load.MoveAsync(VolumeLab.Second, MoveLimit, limit.Token);
        Assert.True(again.Migration.Status.Phase == Phases.Succeeded, MigrationApi.Describe(again.Migration));
        Assert.Null(redis.Load.Problem);
        Assert.Equal([VolumeLab.First, VolumeLab.Second], redis.Attachments);
        Assert.Empty(redis.Violations);
    }

    /// <summary>The agent alone may die: the checkpoint waits on its node.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TargetAgentKilled_WhileTheDiskIsOnItsWay_PodHasItsDiskAndUnlessTheCheckpointIsLostItsMemory(bool isCheckpointLost)
    {
        using var limit = new CancellationTokenSource(TestLimit);
        await using var redis = await lab.StartRedisAsync("StatefulSet", limit.Token);
        var digest = await redis.KeepAsync(limit.Token);
        lab.Cluster.Storage.AttachTime = TimeSpan.FromSeconds(3);
        var begun = await redis.Load.BeginMoveAsync(VolumeLab.Second, limit.Token);
        await redis.Load.Migrations.WaitAsync(begun.Metadata.Name, VolumeLab.Namespace, now => now.Status.Decision == Decision.Committed, MoveLimit, limit.Token);
        var target = lab.Cluster.Node(VolumeLab.Second);
        await target.Agent!.KillAndKeepDownAsync(limit.Token);
        // As a reboot of the node would: it lies in memory.
        if (isCheckpointLost) { Directory.Delete(target.Root + Moves, recursive: true); }
        target.Agent.Start();

        var ended = await redis.Load.Migrations.WaitForEndAsync(begun.Metadata.Name, VolumeLab.Namespace, MoveLimit, limit.Token);
        output.WriteLine(MigrationApi.Describe(ended));
        Assert.Equal(isCheckpointLost ? (Phases.Failed, TargetState.ColdStarted) : (Phases.Succeeded, TargetState.Running), (ended.Status.Phase, ended.Status.Target?.State));
        await redis.Load.NextReplyAsync(limit.Token);
        Assert.Equal(isCheckpointLost, redis.Load.Problem is not null);
        await redis.LoadedAsync(limit.Token);
        Assert.Equal([VolumeLab.First, VolumeLab.Second], redis.Attachments);
        Assert.Equal(digest, await redis.DigestAsync(limit.Token));
        var answered = (await redis.Load.Counter.StopAsync()).LastValue;
        // One more may have been counted, and its answer lost with the connection.
        Assert.InRange(await redis.CountAsync(limit.Token), answered, answered + 1);
        Assert.Empty(redis.Violations);
    }

    /// <summary>What the tests above rely on: the double notices a disk that is given back too early.</summary>
    [Fact]
    public async Task Disk_StillMountedSomewhereWhenItsNodeGivesItBack_IsNoticed()
    {
        using var limit = new CancellationTokenSource(TestLimit);
        var (name, claim) = await lab.CreateDiskAsync("holder", limit.Token);
        var pod = Tests.Pods.Shell(name, VolumeLab.First, Tests.Pods.Stay);
        pod.Spec.Volumes = [VolumeLab.Disk("data", claim)];
        pod.Spec.Containers[0].VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = "/data" }];
        var pods = new Tests.Pods(lab.Cluster.Client);
        var uid = (await pods.StartAsync(pod, limit.Token)).Uid();
        // A mount namespace of its own has everything that is mounted now, and what somebody works in stays mounted when the kubelet removes the folder.
        var folder = $"/var/lib/kubelet/pods/{uid}/volumes/kubernetes.io~csi/data/mount";
        await using var holder = lab.Cluster.Node(VolumeLab.First).StartProcess("holder", "unshare", "--mount", "--propagation", "private", "sh", "-c", "cd \"$0\"; exec sleep infinity", folder);
        await Poll.UntilAsync(() => holder.Pid is { } pid && new FileInfo($"/proc/{pid}/cwd").LinkTarget == folder, Limit, "somebody in the disk's folder", limit.Token);
        await pods.DeleteAsync(name, limit.Token, graceSeconds: 1);
        await Poll.UntilAsync(() => lab.Cluster.Storage.Violations(claim).Count > 0, Limit, "a violation", limit.Token);
    }

    private async Task<V1Pod> StartAsync(string name, V1PodSpec spec, PodApi pods, CancellationToken cancel)
    {
        await WorkloadPod.CreateAsync(lab.Cluster.Client, OwnerKinds.StatefulSet, name, VolumeLab.Namespace, spec, cancel, annotations: VolumeLab.Allowed);
        return await pods.WaitReadyAsync(name, VolumeLab.Namespace, Limit, cancel);
    }
}
