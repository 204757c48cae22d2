using System.Collections.Concurrent;
using System.Net;
using k8s;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Moves;
using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Processes;
using Rebalancer.Lab.Tests.Moves;
using Xunit.Abstractions;

namespace Rebalancer.Lab.Tests.Drains;

/// <summary>kubectl drain as it is: it knows nothing of moves, and every client of every pod keeps its connection.</summary>
[Collection(LabCollection.Name)]
public sealed class DrainTests(ITestOutputHelper output)
{
    private const string Ns = "default";
    private const string Source = "old";
    private const string Target = "new";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(2);
    private static readonly (string Kind, string Name, int Replicas)[] Owners =
        [("Deployment", "web", 3), ("Deployment", "single", 1), (OwnerKinds.StatefulSet, "db", 2), (OwnerKinds.Job, "batch", 1), (OwnerKinds.None, "solo", 1)];

    [Fact]
    public async Task Drain_NodeWithPodsOfEveryOwner_AllMoveWithTheirClientsAndBudgetsAreKept()
    {
        using var limit = new CancellationTokenSource(Limit);
        await using var cluster = await LabCluster.StartAsync(
            new LabOptions { Name = "drain", Nodes = [new LabNodeOptions { Name = Source }, new LabNodeOptions { Name = Target }], WithProduct = true }, limit.Token);
        var before = await Placement.OnAsync(cluster.Client, Source, () => CreateAsync(cluster.Client, limit.Token), limit.Token);
        var counters = new List<CounterClient>();
        foreach (var pod in before)
        {
            var server = new IPEndPoint(PodApi.Address(pod), Redis.Port);
            await Listening.WaitAsync(server, ReadyLimit, TimeProvider.System, limit.Token);
            counters.Add(await CounterClient.StartAsync(server, new CounterClientOptions(), TimeProvider.System, limit.Token));
        }

        using var watched = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        var seen = new ConcurrentBag<string>();
        var watching = WatchAsync(cluster.Client, seen, watched.Token);
        var drain = await Command.RunAsync(
            ["kubectl", "--kubeconfig", cluster.KubeconfigFile, "drain", Source, "--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout=280s"], limit.Token, limit: DrainLimit);
        // kubectl is done when the last pod's old object is gone; the move ends when its copy has been seen ready.
        var moves = new MigrationApi(cluster.Client, TimeProvider.System);
        await Poll.UntilAsync(async () => (await moves.ListAsync(limit.Token)).All(MigrationApi.HasEnded), ReadyLimit, "every move has ended", limit.Token);
        await watched.CancelAsync();
        await watching;
        output.WriteLine(drain.Output + drain.Error);
        await ReportAsync(cluster, counters, limit.Token);

        Assert.Equal(0, drain.ExitCode);
        var after = await PodsAsync(cluster.Client, limit.Token);
        Assert.All(after, pod => Assert.Equal(Target, pod.Spec.NodeName));
        Assert.Equal(before.Select(PodApi.Address).Select(a => a.ToString()).Order(StringComparer.Ordinal), after.Select(PodApi.Address).Select(a => a.ToString()).Order(StringComparer.Ordinal));
        Assert.All(await moves.ListAsync(limit.Token), m => Assert.True(m.Status.Phase == Phases.Succeeded, MigrationApi.Describe(m)));
        foreach (var counter in counters)
        {
            var report = await counter.StopAsync();
            Assert.Equal((0, 0L, null), (report.ConnectionsBroken, report.RepliesWrong, report.FirstProblem));
            await counter.DisposeAsync();
        }

        Assert.Equal([], seen.Distinct());
        var job = await cluster.Client.BatchV1.ReadNamespacedJobAsync("batch", Ns, cancellationToken: limit.Token);
        Assert.Equal((1, null), (job.Status.Active, job.Status.Failed));
    }

    private static async Task<IReadOnlyList<V1Pod>> CreateAsync(IKubernetes kubernetes, CancellationToken cancel)
    {
        await BudgetAsync(kubernetes, "web", b => b.MaxUnavailable = "1", cancel);
        await BudgetAsync(kubernetes, "single", b => b.MinAvailable = "1", cancel);
        foreach (var (kind, name, replicas) in Owners)
        {
            var service = new V1Service
            {
                Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = Ns },
                Spec = new V1ServiceSpec { Selector = new Dictionary<string, string> { ["app"] = name }, Ports = [new V1ServicePort { Port = Redis.Port }] },
            };
            await kubernetes.CoreV1.CreateNamespacedServiceAsync(service, Ns, cancellationToken: cancel);
            await WorkloadPod.CreateAsync(kubernetes, kind, name, Ns, Redis.Spec(memoryMegabytes: 32), cancel, replicas);
        }

        IReadOnlyList<V1Pod> pods = [];
        await Poll.UntilAsync(async () => (pods = await PodsAsync(kubernetes, cancel)).Count == Owners.Sum(o => o.Replicas) && pods.All(PodIsReady), ReadyLimit, "all pods ready", cancel);
        return pods;
    }

    private static Task<V1PodDisruptionBudget> BudgetAsync(IKubernetes kubernetes, string app, Action<V1PodDisruptionBudgetSpec> set, CancellationToken cancel)
    {
        var spec = new V1PodDisruptionBudgetSpec { Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = app } } };
        set(spec);
        return kubernetes.PolicyV1.CreateNamespacedPodDisruptionBudgetAsync(new V1PodDisruptionBudget { Metadata = new V1ObjectMeta { Name = app, NamespaceProperty = Ns }, Spec = spec }, Ns, cancellationToken: cancel);
    }

    private static async Task<IReadOnlyList<V1Pod>> PodsAsync(IKubernetes kubernetes, CancellationToken cancel)
        => [.. (await kubernetes.CoreV1.ListNamespacedPodAsync(Ns, cancellationToken: cancel)).Items.Where(p => p.Metadata.DeletionTimestamp is null)];

    private static bool PodIsReady(V1Pod pod) => pod.Status?.PodIP is { Length: > 0 } && pod.Status.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;

    /// <summary>What must never be seen on the way: a Service without a ready endpoint, a budget that has fewer healthy pods than it wants.</summary>
    private static async Task WatchAsync(IKubernetes kubernetes, ConcurrentBag<string> seen, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                var slices = await kubernetes.DiscoveryV1.ListNamespacedEndpointSliceAsync(Ns, cancellationToken: cancel);
                foreach (var (_, name, _) in Owners.Where(o => !slices.Items.Any(s => s.Metadata.Labels["kubernetes.io/service-name"] == o.Name && (s.Endpoints ?? []).Any(e => e.Conditions?.Ready == true))))
                {
                    seen.Add($"Service {name} has no ready endpoint");
                }

                var budgets = await kubernetes.PolicyV1.ListNamespacedPodDisruptionBudgetAsync(Ns, cancellationToken: cancel);
                foreach (var budget in budgets.Items.Where(b => b.Status.CurrentHealthy < b.Status.DesiredHealthy))
                {
                    seen.Add($"PodDisruptionBudget {budget.Metadata.Name} has {budget.Status.CurrentHealthy} healthy pods of {budget.Status.DesiredHealthy}");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(20), cancel);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task ReportAsync(LabCluster cluster, List<CounterClient> counters, CancellationToken cancel)
    {
        foreach (var counter in counters)
        {
            var report = counter.Report();
            output.WriteLine($"{report.Replies} replies, longest stall {report.LongestStall.Ms:0} ms, {report.ConnectionsBroken} broken, {report.RepliesWrong} wrong");
        }

        foreach (var migration in await new MigrationApi(cluster.Client, TimeProvider.System).ListAsync(cancel))
        {
            output.WriteLine($"{migration.Metadata.Name} {migration.Spec.PodName}: freeze {migration.Status.Target?.FreezeMs} ms, gate {migration.Status.Owner?.Gate}: {MigrationApi.Describe(migration)}");
        }

        var described = await Command.RunAsync(["kubectl", "--kubeconfig", cluster.KubeconfigFile, "describe", "migrations"], cancel);
        Assert.Equal(0, described.ExitCode);
        Assert.Contains("Committed", described.Output, StringComparison.Ordinal);
    }
}
