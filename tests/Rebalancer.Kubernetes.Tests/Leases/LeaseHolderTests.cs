using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Leases;
using Rebalancer.Testing;

namespace Rebalancer.Kubernetes.Tests.Leases;

public sealed class LeaseHolderTests : IAsyncLifetime, IDisposable
{
    private readonly FakeTimeProvider clock = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private ApiServer api = null!;
    private k8s.Kubernetes connection = null!;

    public async Task InitializeAsync()
    {
        api = await ApiServer.StartAsync(new ApiServerOptions(), CancellationToken.None);
        connection = api.CreateClient();
    }

    public async Task DisposeAsync() => await api.DisposeAsync();

    public void Dispose() => connection.Dispose();

    [Fact]
    public async Task Try_TwoReplicas_OneHoldsIt()
    {
        var (one, two) = (Holder("one"), Holder("two"));

        await one.TryAsync(default);
        await two.TryAsync(default);

        Assert.Equal((true, false), (one.IsHeld, two.IsHeld));
    }

    [Fact]
    public async Task Held_NotRenewed_IsLostBeforeAnybodyElseMayTakeIt()
    {
        var (one, two) = (Holder("one"), Holder("two"));
        await one.TryAsync(default);
        await two.TryAsync(default);
        for (var second = 0; second <= 31; second++)
        {
            Assert.False(one.IsHeld && two.IsHeld, $"both hold it after {second} s");
            clock.Advance(TimeSpan.FromSeconds(1));
            await two.TryAsync(default);
        }

        Assert.Equal((false, true), (one.IsHeld, two.IsHeld));
    }

    [Fact]
    public async Task Held_Renewed_StaysWithItsHolder()
    {
        var (one, two) = (Holder("one"), Holder("two"));
        for (var second = 0; second < 100; second += 5)
        {
            await one.TryAsync(default);
            await two.TryAsync(default);
            Assert.Equal((true, false), (one.IsHeld, two.IsHeld));
            clock.Advance(TimeSpan.FromSeconds(5));
        }

        var lease = await new ApiClient(connection).GetAsync<V1Lease>(ApiResource.Leases, "default", "test", default);
        Assert.Equal(("one", 0), (lease!.Spec.HolderIdentity, lease.Spec.LeaseTransitions));
    }

    private LeaseHolder Holder(string identity)
        => new(new ApiClient(connection), new LeaseOptions { Namespace = "default", Name = "test", Identity = identity }, clock, NullLogger<LeaseHolder>.Instance);
}
