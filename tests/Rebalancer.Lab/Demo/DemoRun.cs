using System.Globalization;
using k8s;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Metadata;
using Rebalancer.Lab.Moves;

namespace Rebalancer.Lab.Demo;

/// <summary>
/// The demo's script: start the pods and their clients, raise a spot notice for their node, and from then on only watch. The product does the rest: the agent sees
/// the notice, the controller makes the migrations, the agents move the pods. At the end the node really goes away.
/// </summary>
internal sealed class DemoRun(IKubernetes kubernetes, DemoSpotNode node, DemoOptions options, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

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
        headline = $"starting Redis with {options.RedisMegabytes} MB and a WebSocket server with {options.WebSocketConnections} connections on {node.Name}";
        await using var started = await DemoWorkload.StartAsync(kubernetes, node.Name, options, time, cancel);
        workload = started;
        headline = "the clients run";
        await SettleAsync(cancel);

        var costBefore = await CostAsync(cancel);
        started.OpenWindow();
        var raised = node.Metadata.RaiseNotice(TimeSpan.FromSeconds(options.NoticeSeconds));
        notice = raised;
        headline = string.Create(CultureInfo.InvariantCulture, $"notice: {node.Name} terminates in {options.NoticeSeconds} s");
        var movedAt = await WatchMovesAsync(raised, cancel);

        headline = $"{node.Name} is taken away";
        await node.TakeAwayAsync(cancel);
        headline = $"{node.Name} is gone; the clients go on";
        await SettleAsync(cancel);
        return await OutcomeAsync(started, raised.At - movedAt, costBefore, cancel);
    }

    /// <summary>Until no pod is left on the node, every migration has ended, or the node's time is up. Returns when that was.</summary>
    private async Task<DateTimeOffset> WatchMovesAsync(SpotNotice raised, CancellationToken cancel)
    {
        while (true)
        {
            var now = time.GetUtcNow();
            migrations = await new MigrationApi(kubernetes, time).ListAsync(cancel);
            var left = await kubernetes.CoreV1.ListPodForAllNamespacesAsync(fieldSelector: $"spec.nodeName={node.Name}", cancellationToken: cancel);
            var allEnded = migrations.Count > 0 && migrations.All(MigrationApi.HasEnded);
            if ((left.Items.Count == 0 && allEnded) || now >= raised.At)
            {
                return now;
            }

            if (migrations.Count > 0)
            {
                headline = $"{node.Name} is interrupted; {left.Items.Count} pods left on it";
            }

            await Task.Delay(Look, time, cancel);
        }
    }

    private async Task<DemoOutcome> OutcomeAsync(DemoWorkload clients, TimeSpan deadlineMet, decimal costBefore, CancellationToken cancel)
    {
        var succeeded = migrations.Where(migration => migration.Status.Phase == "Succeeded");
        var report = new DemoReport
        {
            Migrations = [.. succeeded.Select(migration => DemoMigration.Of(migration, clients.Outcome(migration.Spec.PodName)))],
            DeadlineMetSeconds = Math.Round(deadlineMet.TotalSeconds, 1),
            CostPerHourUsdBefore = costBefore,
            CostPerHourUsdAfter = await CostAsync(cancel),
        };
        List<string> failures = [.. DemoVerdict.Failures(report, migrations)];
        failures.AddRange(Problems(clients));
        return new DemoOutcome(report, migrations, failures);
    }

    private static IEnumerable<string> Problems(DemoWorkload clients)
    {
        if (clients.Redis.Problem is { } redis)
        {
            yield return $"Redis client: {redis}";
        }

        if (clients.Echo.Report().FirstProblem is { } echo)
        {
            yield return $"WebSocket clients: {echo}";
        }
    }

    private async Task<decimal> CostAsync(CancellationToken cancel) => NodePrice.SumUsdPerHour((await kubernetes.CoreV1.ListNodeAsync(cancellationToken: cancel)).Items);

    private Task SettleAsync(CancellationToken cancel) => Task.Delay(TimeSpan.FromSeconds(options.SettleSeconds), time, cancel);
}

/// <summary>The node that is interrupted: its metadata service, and how it is taken away.</summary>
/// <param name="TakeAwayAsync">Ends every process of the node and deletes its Node object.</param>
internal sealed record DemoSpotNode(string Name, MetadataService Metadata, Func<CancellationToken, Task> TakeAwayAsync);
