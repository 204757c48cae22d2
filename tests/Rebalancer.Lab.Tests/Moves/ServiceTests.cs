using k8s;
using k8s.Models;
using Rebalancer.Lab.Moves;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Tests.Moves;

/// <summary>What kube-proxy would see of a move: the endpoints of a Service whose only pod moves.</summary>
[Collection(LabCollection.Name)]
public sealed class ServiceTests(MoveLab lab) : IClassFixture<MoveLab>
{
    private const string Namespace = "default";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task Move_OnlyPodOfAService_EndpointsAreNeverEmpty(string cgroup)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var (first, second) = MoveLab.Nodes(cgroup);
        await using var redis = await lab.StartRedisAsync(first, "ReplicaSet", limit.Token);
        var service = await CreateServiceAsync(redis.FirstPod, limit.Token);
        await Poll.UntilAsync(async () => await ReadyAsync(service, limit.Token) is [_], Limit, "an endpoint", limit.Token);

        using var seeing = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        var seen = WatchAsync(service, seeing.Token);
        var outcome = await redis.MoveAsync(second, Limit, limit.Token);
        var moved = await redis.PodAsync(limit.Token);
        await Poll.UntilAsync(async () => await ReadyAsync(service, limit.Token) is [var only] && only.TargetRef.Uid == moved.Uid(), Limit, "the moved pod's endpoint alone", limit.Token);
        await seeing.CancelAsync();

        Assert.True(outcome.Migration.Status.Phase == "Succeeded", MigrationApi.Describe(outcome.Migration));
        var states = await seen;
        Assert.All(states, addresses => Assert.NotEmpty(addresses));
        Assert.Equal([redis.FirstPod.Status.PodIP], states.SelectMany(addresses => addresses).Distinct());
    }

    /// <summary>The ready addresses after every change, until cancelled.</summary>
    private async Task<IReadOnlyList<IReadOnlyList<string>>> WatchAsync(string service, CancellationToken cancel)
    {
        var states = new List<IReadOnlyList<string>>();
        try
        {
            var changes = lab.Cluster.Client.DiscoveryV1.WatchListNamespacedEndpointSliceAsync(Namespace, labelSelector: $"kubernetes.io/service-name={service}", cancellationToken: cancel);
            await foreach (var (_, slice) in changes)
            {
                states.Add([.. Ready(slice).SelectMany(endpoint => endpoint.Addresses)]);
            }
        }
        catch (OperationCanceledException)
        {
            // Seen enough.
        }

        return states;
    }

    private async Task<IReadOnlyList<V1Endpoint>> ReadyAsync(string service, CancellationToken cancel)
    {
        var slices = await lab.Cluster.Client.DiscoveryV1.ListNamespacedEndpointSliceAsync(Namespace, labelSelector: $"kubernetes.io/service-name={service}", cancellationToken: cancel);
        return [.. slices.Items.SelectMany(Ready)];
    }

    private static IEnumerable<V1Endpoint> Ready(V1EndpointSlice slice) => (slice.Endpoints ?? []).Where(endpoint => endpoint.Conditions?.Ready == true);

    private async Task<string> CreateServiceAsync(V1Pod pod, CancellationToken cancel)
    {
        var service = new V1Service
        {
            Metadata = new V1ObjectMeta { Name = "of-" + pod.Name() },
            Spec = new V1ServiceSpec { Selector = new Dictionary<string, string> { ["app"] = pod.Metadata.Labels["app"] }, Ports = [new V1ServicePort { Port = 6379 }] },
        };
        return (await lab.Cluster.Client.CoreV1.CreateNamespacedServiceAsync(service, Namespace, cancellationToken: cancel)).Name();
    }
}
