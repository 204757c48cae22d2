using System.Globalization;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Moves;
using Rebalancer.Lab.Soak;

namespace Rebalancer.Lab.Workloads;

/// <summary>Moves one workload back and forth between two nodes, and stops at the first thing that its clients noticed.</summary>
internal sealed class WorkloadRun(LabCluster cluster, WorkloadsOptions options, TimeProvider time)
{
    private const string Namespace = WorkloadPods.Namespace;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    private readonly MigrationApi migrations = new(cluster.Client, time);
    private readonly PodApi pods = new(cluster.Client, time);

    /// <param name="nodes">The two nodes; the pod starts on the first.</param>
    /// <param name="progress">Told after each move.</param>
    public async Task<WorkloadSeries> RunAsync(WorkloadKind kind, string cgroup, (string First, string Second) nodes, Action<SoakMove> progress, CancellationToken cancel)
    {
        await using var workload = await kind.StartAsync(new WorkloadPods(cluster.Client, nodes.First, time), cancel);
        var moves = new List<SoakMove>();
        string? failure = null;
        try
        {
            for (var number = 1; number <= options.Moves && failure is null; number++)
            {
                var (move, migration) = await MoveAsync(kind.Name, workload, number, number % 2 == 1 ? nodes.Second : nodes.First, cancel);
                moves.Add(move);
                progress(move);
                failure = Failure(migration, workload);
            }
        }
        catch (TimeoutException e)
        {
            failure = e.Message;
        }

        var (found, lost) = failure is null ? await FinishAsync(workload, cancel) : (null, failure);
        return new WorkloadSeries { Workload = kind.Name, Cgroup = cgroup, Moves = moves, Replies = workload.Replies, Checked = found, Failure = lost };
    }

    private async Task<(SoakMove Move, Migration Migration)> MoveAsync(string app, IWorkload workload, int number, string target, CancellationToken cancel)
    {
        var pod = await pods.WaitReadyAsync(app, Namespace, WorkloadPods.ReadyLimit, cancel);
        workload.OpenWindow();
        var started = time.GetTimestamp();
        var spec = new MigrationSpec { PodName = pod.Metadata.Name, PodUID = pod.Metadata.Uid, TargetNode = target, Strategy = options.Strategy };
        var migration = await migrations.CreateAsync(string.Create(CultureInfo.InvariantCulture, $"{app}-{number}"), spec, Namespace, cancel);
        migration = await migrations.WaitForEndAsync(migration.Metadata.Name, Namespace, options.MoveLimit, cancel);
        await NextRepliesAsync(workload, cancel);
        return (SoakMove.Of(number, migration, workload.WindowStallMs, time.GetElapsedTime(started).TotalMilliseconds), migration);
    }

    /// <summary>Waits until the clients were answered again, so that what they were waiting for counts, or until one has a problem.</summary>
    private async Task NextRepliesAsync(IWorkload workload, CancellationToken cancel)
    {
        var wanted = workload.Replies + (2 * workload.Clients);
        while (workload.Replies < wanted && workload.Problem is null)
        {
            await Task.Delay(Look, time, cancel);
        }
    }

    private async Task<(string? Checked, string? Lost)> FinishAsync(IWorkload workload, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(options.FinishLimit);
        try
        {
            var found = await workload.FinishAsync(limit.Token);
            return workload.Problem is { } problem ? (null, $"a client noticed something after the last move: {problem}") : (found, null);
        }
        catch (Exception e) when (e is WrongReplyException or IOException or TimeoutException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return (null, $"the comparison at the end: {e.Message}");
        }
    }

    private static string? Failure(Migration migration, IWorkload workload) => workload.Problem is { } problem
        ? $"a client noticed move {migration.Metadata.Name}: {problem}"
        : migration.Status.Phase != "Succeeded"
            ? $"move {migration.Metadata.Name} did not succeed: {MigrationApi.Describe(migration)}"
            : null;
}
