using k8s;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Moves;
using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Processes;
using Rebalancer.Lab.Tests.Faults;
using Xunit.Abstractions;

namespace Rebalancer.Lab.Tests.Moves;

/// <summary>A pod that writes its memory faster than the link carries it: it is slowed down as long as it must be, and its CPU quota is then what it was.</summary>
[Collection(LabCollection.Name)]
public sealed class ThrottleTests(MoveLab lab, ITestOutputHelper output) : IClassFixture<MoveLab>, IAsyncLifetime, IDisposable
{
    private const string Namespace = "default", Unlimited = "-1";
    /// <summary>A fifth of a CPU, which the pod gets on a busy machine too: what it uses must not depend on that.</summary>
    private const string Old = "20000";
    private const int Megabytes = 40;
    private const double LinkMbitPerS = 100;
    /// <summary>The link carries all the memory in over 3 s.</summary>
    private const string FreezeBudget = "2500ms";
    /// <summary>40 MB/s of pages by a fifth of a CPU: more than three times what the link carries, which a fifth of it is not.</summary>
    private static readonly TimeSpan PageCost = TimeSpan.FromMicroseconds(20);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly CancellationTokenSource limit = new(TimeSpan.FromMinutes(5));
    private readonly (string Source, string Target) nodes = MoveLab.Nodes("v1");

    private LabNode Source => lab.Cluster.Node(nodes.Source);

    private PodApi Pods => new(lab.Cluster.Client, TimeProvider.System);

    private MigrationApi Migrations => new(lab.Cluster.Client, TimeProvider.System);

    public async Task InitializeAsync()
    {
        await lab.ClearAsync(limit.Token);
        await Source.SetLinkSpeedAsync(LinkMbitPerS, limit.Token);
    }

    public Task DisposeAsync() => Source.SetLinkSpeedAsync(null, CancellationToken.None);

    public void Dispose() => limit.Dispose();

    [Fact]
    public async Task Move_WriterFasterThanTheLink_IsSlowedDownAndFreezesWithinItsBudget()
    {
        var pod = await StartAsync("fast");
        var before = await TurnsAsync(Source, pod);
        var migration = await BeginAsync(pod, Throttles.Auto);

        migration = await Migrations.WaitForEndAsync(migration.Metadata.Name, Namespace, Limit, limit.Token);

        Report(migration);
        Assert.True(migration.Status.Phase == "Succeeded", MigrationApi.Describe(migration));
        Assert.InRange(migration.Status.Source!.ThrottlePercent!.Value, 20, 90);
        Assert.StartsWith("what is left fits into the freeze", migration.Status.Source.StrategyReason, StringComparison.Ordinal);
        // The source itself ends a move whose freeze lasts longer than the budget up to the commit.
        Assert.InRange(migration.Status.Target!.FreezeMs!.Value, 1, 10_000);
        var moved = await Pods.WaitReadyAsync("fast", Namespace, Limit, limit.Token);
        var target = lab.Cluster.Node(nodes.Target);
        Assert.Contains(Read(QuotaFile(target, moved)), (string[])[Unlimited, Old]);
        // It looks at every page at the end of each turn.
        await Poll.UntilAsync(() => PodCounter.Read(target, moved.Metadata.Uid) is [var turns] && turns > before + 2, Limit, "two more turns", limit.Token);
        Assert.Equal(0, (await Pods.WaitReadyAsync("fast", Namespace, Limit, limit.Token)).Status.ContainerStatuses.Single().RestartCount);
        Assert.Empty(Records());
    }

    [Theory]
    [InlineData("aborted", false)]
    [InlineData("crash", true)]
    public async Task Move_EndsWhileItsPodIsSlowedDown_SourceHasItsOldQuota(string name, bool isCrash)
    {
        var pod = await StartAsync(name);
        var quota = QuotaFile(Source, pod);
        var migration = await BeginAsync(pod, Throttles.Auto);
        await Poll.UntilAsync(() => Read(quota) != Old, Limit, "a pod that is slowed down", limit.Token);
        Assert.Single(Records());

        if (isCrash) { await Source.Agent!.KillAsync(limit.Token); }
        else { await AbortAsync(migration); }

        await Poll.UntilAsync(() => Read(quota) == Old, Limit, "the old quota", limit.Token);
        migration = await Migrations.WaitForEndAsync(migration.Metadata.Name, Namespace, Limit, limit.Token);
        Report(migration);
        // Failed: of the pod's owner nothing had been touched yet.
        Assert.True(migration.Status is { Phase: "RolledBack" or "Failed", Decision: Decision.Aborted }, MigrationApi.Describe(migration));
        Assert.Equal(Old, Read(quota));
        // What it was is forgotten only when it is again what it was.
        await Poll.UntilAsync(() => Records().Length == 0, Limit, "no record of a quota", limit.Token);
        var turns = await TurnsAsync(Source, pod);
        await Poll.UntilAsync(() => PodCounter.Read(Source, pod.Metadata.Uid) is [var now] && now > turns + 1, Limit, "one more turn", limit.Token);
    }

    /// <summary>On the source, with the quota <see cref="Old"/>.</summary>
    private async Task<V1Pod> StartAsync(string name)
    {
        var replicaSet = WorkloadPod.ReplicaSet(name, Namespace, MemoryWriter.Spec(Megabytes, PageCost));
        var pod = await Placement.OnAsync(
            lab.Cluster.Client,
            nodes.Source,
            async () =>
            {
                await lab.Cluster.Client.AppsV1.CreateNamespacedReplicaSetAsync(replicaSet, Namespace, cancellationToken: limit.Token);
                return await Pods.WaitReadyAsync(name, Namespace, Limit, limit.Token);
            },
            limit.Token);
        await TurnsAsync(Source, pod);
        Assert.Equal(Unlimited, Read(QuotaFile(Source, pod)));
        await File.WriteAllTextAsync(QuotaFile(Source, pod), Old, limit.Token);
        return pod;
    }

    private Task<Migration> BeginAsync(V1Pod pod, string throttle)
    {
        var spec = new MigrationSpec { PodName = pod.Name(), PodUID = pod.Uid(), TargetNode = nodes.Target, FreezeBudget = FreezeBudget, Throttle = throttle };
        return Migrations.CreateAsync($"{pod.Metadata.Labels["app"]}-moves", spec, Namespace, limit.Token);
    }

    private async Task AbortAsync(Migration migration)
    {
        var patch = new V1Patch(new { metadata = new { annotations = new Dictionary<string, string> { [Names.Abort] = "true" } } }, V1Patch.PatchType.MergePatch);
        await lab.Cluster.Client.CustomObjects.PatchNamespacedCustomObjectAsync(
            patch, Names.Group, Names.Version, Namespace, Migration.MigrationPlural, migration.Metadata.Name, cancellationToken: limit.Token);
    }

    /// <summary>How often the pod has written its memory, at least once.</summary>
    private async Task<long> TurnsAsync(LabNode node, V1Pod pod)
    {
        await Poll.UntilAsync(() => PodCounter.Read(node, pod.Metadata.Uid).Count == 1, Limit, "a first turn", limit.Token);
        return PodCounter.Read(node, pod.Metadata.Uid).Single();
    }

    private static string QuotaFile(LabNode node, V1Pod pod)
    {
        var pid = NodeProcesses.FindByArgument(node.Namespaces.InitPid, "itertools.count").Single(pid => NodeProcesses.CgroupsOf(pid).Contains(pod.Metadata.Uid, StringComparison.Ordinal));
        var path = NodeProcesses.CgroupsOf(pid).Split('\n').Select(line => line.Split(':', 3)).Single(fields => fields[1].Split(',').Contains("cpu"))[2];
        return $"{MoveStep.CgroupRoot(node)}/cpu{path}/cpu.cfs_quota_us";
    }

    private static string Read(string file) => File.ReadAllText(file).Trim();

    private string[] Records() => Directory.Exists(Source.Root + "/var/lib/rebalancer/quotas") ? Directory.GetFiles(Source.Root + "/var/lib/rebalancer/quotas") : [];

    private void Report(Migration migration)
    {
        var source = migration.Status.Source!;
        output.WriteLine($"{migration.Metadata.Name}: {migration.Status.Phase}, throttle {source.ThrottlePercent} %, freeze {migration.Status.Target?.FreezeMs} ms, {source.Bytes} bytes; {source.StrategyReason}");
        foreach (var entry in source.Timeline ?? []) { output.WriteLine($"  {entry.Step} {entry.AtMs:0}"); }
    }
}
