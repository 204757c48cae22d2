using System.Globalization;
using k8s;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Lab.Metadata;
using Rebalancer.Lab.Moves;

namespace Rebalancer.Lab.Demo;

/// <summary>
/// The demo's script: start the pods and their clients, give the cluster a policy, and from then on only watch. The descheduler consolidates when the policy's window opens. Then one of the nodes
/// that are left gets a spot notice: the agent sees it, the controller makes the Migrations, the agents move the pods, and the node really goes away.
/// </summary>
internal sealed class DemoRun(k8s.Kubernetes kubernetes, DemoNodes nodes, DemoOptions options, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private readonly List<DemoMigration> moved = [];
    private volatile string headline = "starting";
    private volatile IReadOnlyList<Migration> migrations = [];
    private volatile DemoWorkload? workload;
    private volatile SpotNotice? notice;

    public DemoSnapshot Snapshot() => new()
    {
        Headline = headline,
        DeadlineSeconds = notice is { } raised ? (raised.At - time.GetUtcNow()).TotalSeconds : null,
        Moves = [.. migrations.Select(MoveRow.Of)],
        Counter = workload?.Redis.Counter.Report(),
        Echo = workload?.Echo.Report(),
    };

    public async Task<DemoOutcome> RunAsync(CancellationToken cancel)
    {
        var (redisNode, echoNode) = (nodes.OnDemand[0], nodes.OnDemand[1]);
        headline = $"starting Redis with {options.RedisMegabytes} MB on {redisNode}, a WebSocket server with {options.WebSocketConnections} connections on {echoNode}, and a small Redis on {string.Join(" and ", nodes.Spot)}";
        await using var started = await DemoWorkload.StartAsync(kubernetes, (redisNode, echoNode, nodes.Spot), options, time, cancel);
        workload = started;
        headline = "the clients run";
        await SettleAsync(cancel);

        var costBefore = await CostAsync(cancel);
        started.OpenWindow();
        var plan = await ConsolidateAsync(cancel);
        await RecordAsync(started, MoveReasons.Consolidation, cancel);
        await SettleAsync(cancel);

        started.OpenWindow();
        var interrupted = (await started.Redis.PodAsync(cancel)).Spec.NodeName;
        var raised = nodes.Metadata(interrupted).RaiseNotice(TimeSpan.FromSeconds(options.NoticeSeconds));
        notice = raised;
        headline = string.Create(CultureInfo.InvariantCulture, $"notice: {interrupted} terminates in {options.NoticeSeconds} s");
        var movedAt = await WatchMovesAsync(interrupted, raised, cancel);

        headline = $"{interrupted} is taken away";
        await nodes.TakeAwayAsync(interrupted, cancel);
        headline = $"{interrupted} is gone; the clients go on";
        await SettleAsync(cancel);
        await RecordAsync(started, MoveReasons.Interruption, cancel);
        return await OutcomeAsync(started, plan, raised.At - movedAt, costBefore, cancel);
    }

    private async Task<RebalancePlan> ConsolidateAsync(CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var following = FollowAsync(stop.Token);
        try
        {
            return await new DemoConsolidation(kubernetes, new ApiClient(kubernetes), nodes.TakeAwayAsync, text => headline = text, time).RunAsync(cancel);
        }
        finally
        {
            await stop.CancelAsync();
            await following;
        }
    }

    private async Task FollowAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                migrations = await new MigrationApi(kubernetes, time).ListAsync(stop);
                await Task.Delay(Look, time, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // Until the stage is over.
        }
    }

    /// <summary>Until no pod is left on the node, every migration has ended, or the node's time is up. Returns when that was.</summary>
    private async Task<DateTimeOffset> WatchMovesAsync(string node, SpotNotice raised, CancellationToken cancel)
    {
        while (true)
        {
            var now = time.GetUtcNow();
            migrations = await new MigrationApi(kubernetes, time).ListAsync(cancel);
            var left = await kubernetes.CoreV1.ListPodForAllNamespacesAsync(fieldSelector: $"spec.nodeName={node}", cancellationToken: cancel);
            var interruptions = migrations.Where(m => m.Spec.Reason == MoveReasons.Interruption).ToList();
            if ((left.Items.Count == 0 && interruptions.Count > 0 && interruptions.TrueForAll(MigrationApi.HasEnded)) || now >= raised.At)
            {
                return now;
            }

            if (interruptions.Count > 0)
            {
                headline = $"{node} is interrupted; {left.Items.Count} pods left on it";
            }

            await Task.Delay(Look, time, cancel);
        }
    }

    /// <summary>What the clients of the pods that moved for this reason have seen; called before the next stage, which opens their windows anew.</summary>
    private async Task RecordAsync(DemoWorkload clients, string reason, CancellationToken cancel)
    {
        migrations = await new MigrationApi(kubernetes, time).ListAsync(cancel);
        moved.AddRange(migrations.Where(m => m.Spec.Reason == reason && m.Status.Phase == Phases.Succeeded).Select(m => DemoMigration.Of(m, clients.Outcome(m.Spec.PodName))));
    }

    private async Task<DemoOutcome> OutcomeAsync(DemoWorkload clients, RebalancePlan plan, TimeSpan deadlineMet, decimal costBefore, CancellationToken cancel)
    {
        var report = new DemoReport
        {
            Migrations = moved,
            DeadlineMetSeconds = Math.Round(deadlineMet.TotalSeconds, 1),
            CostPerHourUsdBefore = costBefore,
            CostPerHourUsdAfter = await CostAsync(cancel),
            Plan = DemoPlan.Of(plan),
            PredictedSavingsPerHourUsd = DemoPlan.Usd(plan.Spec.Predicted.UsdPerHourSaved),
            RealisedSavingsPerHourUsd = plan.Status.Realised?.UsdPerHourSaved is { } saved ? DemoPlan.Usd(saved) : null,
            Exports = await DemoLedger.ExportAsync(options.Artifacts, cancel),
        };
        return new DemoOutcome(report, migrations, [.. DemoVerdict.Failures(report, migrations), .. clients.Problems()]);
    }

    private async Task<decimal> CostAsync(CancellationToken cancel) => NodePrice.SumUsdPerHour((await kubernetes.CoreV1.ListNodeAsync(cancellationToken: cancel)).Items);

    private Task SettleAsync(CancellationToken cancel) => Task.Delay(TimeSpan.FromSeconds(options.SettleSeconds), time, cancel);
}

/// <summary>The nodes of the demo, their metadata services, and how one is taken away.</summary>
/// <param name="TakeAwayAsync">Ends every process of the node and deletes its Node object.</param>
internal sealed record DemoNodes(IReadOnlyList<string> OnDemand, IReadOnlyList<string> Spot, Func<string, MetadataService> Metadata, Func<string, CancellationToken, Task> TakeAwayAsync);
