using System.Globalization;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Moves;
using Rebalancer.Lab.Processes;
using Rebalancer.Lab.Product;
using Xunit.Abstractions;

namespace Rebalancer.Lab.Tests.Faults;

/// <summary>
/// Somebody dies somewhere in a move: who, where and for which owner is drawn by a seed. Whatever it is: the move ends, one copy runs, a client whose pod was not
/// lost keeps its connection and sees no wrong reply, and nothing is left behind. A pod is only lost, and starts cold, where its object had gone already.
/// </summary>
[Collection(LabCollection.Name)]
public sealed class SeededFaultTests(FaultLab lab, ITestOutputHelper output) : IClassFixture<FaultLab>
{
    private const string SeedsVariable = "REBALANCER_FAULT_SEEDS";
    private const int DefaultSeeds = 20;
    private const int LongestDelayMs = 400;
    private static readonly string[] Owners = [OwnerKinds.ReplicaSet, OwnerKinds.StatefulSet, OwnerKinds.Job, OwnerKinds.None];
    private static readonly string[] MovePhases = [Phases.Preflight, Phases.PreCopying, Phases.Preparing, Phases.Freezing, Phases.Restoring, Phases.Committed];
    private static readonly Victim[] Victims = Enum.GetValues<Victim>();
    private static readonly TimeSpan TestLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan LeftLimit = TimeSpan.FromMinutes(1);

    private enum Victim
    {
        Descheduler,
        SourceAgent,
        TargetAgent,
        SourceCriu,
        TargetCriu,
        TargetWrapper,
        ApiConnectionOfSource,
        ApiConnectionOfTarget,
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, int.TryParse(Environment.GetEnvironmentVariable(SeedsVariable), CultureInfo.InvariantCulture, out var given) ? given : DefaultSeeds)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Move_SomebodyDies_EndsWithOneCopyAndNothingLost(int seed)
    {
        try
        {
            await MoveAsync(seed);
        }
        catch
        {
            output.WriteLine($"logs of the nodes: {await FailureLogs.CollectAsync(lab.Cluster, $"{Published.Repository}/artifacts/fault-logs/seed-{seed}", CancellationToken.None)}");
            throw;
        }
    }

    private async Task MoveAsync(int seed)
    {
        // Each dimension in turn, so that few seeds already meet every victim, owner and phase.
        var random = new Random(seed);
        var (owner, phase, victim) = (Owners[(seed + (seed / Victims.Length)) % Owners.Length], MovePhases[random.Next(MovePhases.Length)], Victims[seed % Victims.Length]);
        var delay = TimeSpan.FromMilliseconds(random.Next(LongestDelayMs));
        output.WriteLine($"seed {seed}: {victim} dies {delay.TotalMilliseconds:0} ms after {phase}, owner {owner}");
        using var limit = new CancellationTokenSource(TestLimit);
        await using var redis = await lab.StartRedisAsync(limit.Token, owner, megabytes: 20);
        var begun = await redis.BeginMoveAsync(FaultLab.Target, limit.Token);
        var (name, ns) = (begun.Metadata.Name, begun.Metadata.NamespaceProperty);
        await redis.Migrations.WaitAsync(name, ns, now => Array.IndexOf(MovePhases, now.Status.Phase) >= Array.IndexOf(MovePhases, phase) || MigrationApi.HasEnded(now), EndLimit, limit.Token);
        await Task.Delay(delay, limit.Token);
        await KillAsync(victim, limit.Token);

        var ended = await redis.Migrations.WaitForEndAsync(name, ns, EndLimit, limit.Token);
        output.WriteLine(MigrationApi.Describe(ended));
        if (owner == OwnerKinds.Job && ended.Status.Target?.State == TargetState.ColdStarted)
        {
            await Poll.UntilAsync(() => RunsOrHasFailedAsync(redis, limit.Token), LeftLimit, "one running copy, or a failed pod", limit.Token);
        }
        else
        {
            await RunsOnceAsync(redis, ended, limit.Token);
        }

        await Poll.UntilAsync(async () => (await redis.Migrations.GetAsync(name, ns, limit.Token)).Metadata.Finalizers is null or { Count: 0 }, LeftLimit, "no finalizer", limit.Token);
        await Poll.UntilAsync(() => lab.Cluster.Nodes.All(node => !Directory.Exists(node.Root + "/run/rebalancer/moves") || !Directory.EnumerateDirectories(node.Root + "/run/rebalancer/moves").Any()), LeftLimit, "no images left", limit.Token);
    }

    /// <summary>Aborted after the pod's object had gone, or committed and then not restorable: nothing else may cost a connection.</summary>
    private static bool MayBeLost(Migration ended)
        => ended.Status.Phase == Phases.Failed && (ended.Status.Owner?.Gate == true || ended.Status.Target?.State == TargetState.ColdStarted);

    private async Task RunsOnceAsync(RedisUnderLoad redis, Migration ended, CancellationToken cancel)
    {
        var pod = await redis.PodAsync(cancel);
        Assert.Equal(ended.Status.Phase == Phases.Succeeded ? FaultLab.Target : ended.Status.Phase == Phases.RolledBack ? FaultLab.Source : pod.Spec.NodeName, pod.Spec.NodeName);
        if (!MayBeLost(ended))
        {
            await redis.NextReplyAsync(cancel);
            Assert.Null(redis.Problem);
        }

        await Poll.UntilAsync(() => lab.RedisProcesses() is [var only] && MoveStep.Redis(lab.Cluster.Node(pod.Spec.NodeName), pod) == only && !NodeProcesses.IsFrozen(only, MoveStep.CgroupRoot(lab.Cluster.Node(pod.Spec.NodeName))), LeftLimit, "one running copy", cancel);
    }

    /// <summary>A Job's pod that has lost its memory after the commit has failed, as when its container crashes, and this Job forbids another try. What could not be restored starts cold.</summary>
    private async Task<bool> RunsOrHasFailedAsync(RedisUnderLoad redis, CancellationToken cancel)
    {
        var pods = await redis.Pods.ListAsync(redis.FirstPod.Metadata.Labels["app"], redis.FirstPod.Metadata.NamespaceProperty, cancel);
        return pods is [var pod] && lab.RedisProcesses().Count == (pod.Status?.Phase == "Failed" ? 0 : 1);
    }

    private async Task KillAsync(Victim victim, CancellationToken cancel)
    {
        switch (victim)
        {
            case Victim.Descheduler: await lab.Cluster.Descheduler!.KillAsync(cancel); break;
            case Victim.SourceAgent: await lab.SourceNode.Agent!.KillAsync(cancel); break;
            case Victim.TargetAgent: await lab.TargetNode.Agent!.KillAsync(cancel); break;
            case Victim.SourceCriu: KillAll(FaultLab.Source, "criu"); break;
            case Victim.TargetCriu: KillAll(FaultLab.Target, "criu"); break;
            case Victim.TargetWrapper: KillAll(FaultLab.Target, "rebalancer-runc"); break;
            case Victim.ApiConnectionOfSource: await CutApiAsync(FaultLab.Source, cancel); break;
            case Victim.ApiConnectionOfTarget: await CutApiAsync(FaultLab.Target, cancel); break;
            default: throw new InvalidOperationException($"nobody kills {victim}");
        }
    }

    private void KillAll(string node, string program)
    {
        foreach (var pid in NodeProcesses.Find(lab.Cluster.Node(node).Namespaces.InitPid, program))
        {
            ProcessTree.Signal(pid, ProcessTree.SigKill);
        }
    }

    private async Task CutApiAsync(string node, CancellationToken cancel)
    {
        await lab.Cluster.CutApiAsync(node, cancel);
        await Task.Delay(TimeSpan.FromSeconds(4), cancel);
        await lab.Cluster.HealApiAsync(node, cancel);
    }
}
