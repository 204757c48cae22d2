using k8s.Models;
using Rebalancer.Descheduler.Ledger;
using Rebalancer.Descheduler.Tests.World;

namespace Rebalancer.Descheduler.Tests.Ledger;

public sealed class ObservationQueueTests
{
    private readonly ObservationQueue queue = new(capacity: 3);

    [Fact]
    public void Put_TheSameObjectAgain_TheLastWordCountsOnce()
    {
        Put("a", version: "1");
        Put("b", version: "1");
        Put("a", version: "2");

        Assert.Equal([("a", "2"), ("b", "1")], queue.Take(10).Select(o => (o.Object.Metadata.Uid, o.Object.Metadata.ResourceVersion)));
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void Put_AfterItWasGone_StaysGone()
    {
        Put("a", gone: true);
        Put("a", gone: false);

        Assert.True(queue.Take(1).Single().Gone);
    }

    /// <summary>An informer must never wait; what is dropped is found by looking at the cluster again.</summary>
    [Fact]
    public void Put_Full_IsDroppedAndSaidOnce()
    {
        Assert.True(Put("a") && Put("b") && Put("c"));
        Assert.False(Put("d"));
        Assert.True(Put("a"));

        Assert.Equal((true, false), (queue.TakeOverflow(), queue.TakeOverflow()));
        Assert.Equal(["a", "b"], queue.Take(2).Select(o => o.Object.Metadata.Uid));
        Assert.True(Put("d"));
    }

    [Fact]
    public async Task Wait_EntryComes_Completes()
    {
        var wait = queue.WaitAsync(TimeSpan.FromHours(1), TimeProvider.System, CancellationToken.None);
        Put("a");

        await wait.WaitAsync(ControllerWorld.Patience);
    }

    private bool Put(string uid, string version = "1", bool gone = false)
        => queue.Put(new Observation(new V1Node { Metadata = new V1ObjectMeta { Uid = uid, Name = uid, ResourceVersion = version } }, DateTimeOffset.UnixEpoch, gone));
}
