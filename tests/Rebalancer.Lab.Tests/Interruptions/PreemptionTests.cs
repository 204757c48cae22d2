using System.Globalization;
using System.Net;
using k8s;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Metadata;
using Rebalancer.Lab.Moves;
using Rebalancer.Lab.Network;
using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Processes;
using Xunit.Abstractions;

namespace Rebalancer.Lab.Tests.Interruptions;

/// <summary>Compute Engine's 30 s, which name no instant and are no longer than the pods' grace periods: real pods leave live, and one that cannot ends in time.</summary>
[Collection(LabCollection.Name)]
public sealed class PreemptionTests(ITestOutputHelper output)
{
    private const string Ns = "default";
    private const string Spot = "spot";
    private const string Stays = "stays";
    private const string Fixed = "fixed";
    private const int MetadataPort = 8301;
    private const long UsualGraceSeconds = 30;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Notice = TimeSpan.FromSeconds(30);
    private static readonly string[] Owners = [OwnerKinds.ReplicaSet, OwnerKinds.StatefulSet, OwnerKinds.None];

    [Fact]
    public async Task Preempted_NodeWithPodsOfEveryKind_AllHaveLeftBeforeItGoes()
    {
        using var limit = new CancellationTokenSource(Limit);
        var instance = new MetadataOptions(new IPEndPoint(IPAddress.Any, MetadataPort), "1234567890", "n2-standard-4", "europe-west3-a", Spot, MetadataCloud.Gce);
        await using var metadata = await MetadataService.StartAsync(instance, TimeProvider.System, limit.Token);
        LabNodeOptions[] nodes =
        [
            new LabNodeOptions { Name = Spot, MetadataUrl = string.Create(CultureInfo.InvariantCulture, $"http://{Addresses.Gateway}:{MetadataPort}") },
            new LabNodeOptions { Name = Stays },
        ];
        await using var cluster = await LabCluster.StartAsync(new LabOptions { Name = "preemption", Nodes = nodes, WithProduct = true }, limit.Token);
        List<RedisUnderLoad> all = [];
        try
        {
            foreach (var owner in Owners)
            {
                var options = new RedisUnderLoadOptions { Node = Spot, Owner = owner, Name = "redis-" + owner.ToLowerInvariant(), Change = spec => spec.TerminationGracePeriodSeconds = UsualGraceSeconds };
                all.Add(await RedisUnderLoad.StartAsync(cluster.Client, options, TimeProvider.System, limit.Token));
            }

            await CreateFixedAsync(cluster.Client, limit.Token);
            await Poll.UntilAsync(() => metadata.NoticeReads > 0, Limit, "the agent has found out whose machine this is", limit.Token);
            var raised = metadata.RaiseNotice(Notice).At - Notice;
            await Poll.UntilAsync(async () => (await OnSpotAsync(cluster.Client, limit.Token)).Count == 0, Notice, "nobody is left on the node", limit.Token);
            var left = TimeProvider.System.GetUtcNow();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"all had left {(left - raised).TotalSeconds:0.0} s after the notice"));
            await AssertMovedAsync(cluster.Client, raised, limit.Token);
            foreach (var redis in all)
            {
                await redis.NextReplyAsync(limit.Token);
                Assert.Null(redis.Problem);
                Assert.Equal(0, redis.Counter.Report().ConnectionsBroken);
            }

            Assert.Equal(Stays, (await FixedAsync(cluster.Client, limit.Token)).Single().Spec.NodeName);
        }
        finally
        {
            foreach (var redis in all)
            {
                await redis.DisposeAsync();
            }
        }
    }

    private async Task AssertMovedAsync(IKubernetes kubernetes, DateTimeOffset raised, CancellationToken cancel)
    {
        var migrations = new MigrationApi(kubernetes, TimeProvider.System);
        await Poll.UntilAsync(async () => (await migrations.ListAsync(cancel)).All(MigrationApi.HasEnded), Notice, "every move has ended", cancel);
        var ended = await migrations.ListAsync(cancel);
        foreach (var migration in ended)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{migration.Spec.PodName}: {(migration.Status.CompletedAt - raised)?.TotalSeconds:0.0} s after the notice, freeze {migration.Status.Target?.FreezeMs} ms, {MigrationApi.Describe(migration)}"));
        }

        Assert.Equal(Owners.Length, ended.Count);
        Assert.All(ended, m => Assert.True(m.Status.Phase == Phases.Succeeded, MigrationApi.Describe(m)));
        Assert.All(ended, m => Assert.Equal((MoveReasons.Interruption, Strategies.PreCopy), (m.Spec.Reason, m.Spec.Strategy)));
        var node = await kubernetes.CoreV1.ReadNodeAsync(Spot, cancellationToken: cancel);
        Assert.Equal("spot instance: preempted", node.Metadata.Annotations[Names.TerminationReason]);
        var end = DateTimeOffset.Parse(node.Metadata.Annotations[Names.TerminatesAt], CultureInfo.InvariantCulture);
        Assert.InRange((end - raised).TotalSeconds, Notice.TotalSeconds - 1, Notice.TotalSeconds + 5);
    }

    /// <summary>A pod of a ReplicaSet that cannot move, as it uses its node's network.</summary>
    private static async Task CreateFixedAsync(IKubernetes kubernetes, CancellationToken cancel)
    {
        var spec = Tests.Pods.Shell(Fixed, "", Tests.Pods.Stay).Spec;
        (spec.NodeName, spec.HostNetwork, spec.TerminationGracePeriodSeconds) = (null, true, UsualGraceSeconds);
        await Placement.OnAsync(
            kubernetes,
            Spot,
            async () =>
            {
                await WorkloadPod.CreateAsync(kubernetes, OwnerKinds.ReplicaSet, Fixed, Ns, spec, cancel);
                await Poll.UntilAsync(async () => (await FixedAsync(kubernetes, cancel)) is [{ Status.Phase: "Running", Spec.NodeName: Spot }], Limit, "the fixed pod runs", cancel);
                return true;
            },
            cancel);
    }

    private static async Task<IReadOnlyList<V1Pod>> FixedAsync(IKubernetes kubernetes, CancellationToken cancel)
        => [.. (await kubernetes.CoreV1.ListNamespacedPodAsync(Ns, labelSelector: $"app={Fixed}", cancellationToken: cancel)).Items.Where(p => p.Metadata.DeletionTimestamp is null)];

    private static async Task<IList<V1Pod>> OnSpotAsync(IKubernetes kubernetes, CancellationToken cancel)
        => (await kubernetes.CoreV1.ListPodForAllNamespacesAsync(fieldSelector: $"spec.nodeName={Spot}", cancellationToken: cancel)).Items;
}
