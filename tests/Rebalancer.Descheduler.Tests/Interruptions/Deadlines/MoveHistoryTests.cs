using k8s.Models;
using Rebalancer.Descheduler.Interruptions.Deadlines;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.Interruptions.Deadlines;

public sealed class MoveHistoryTests
{
    private static readonly DateTimeOffset Now = DoomedNodes.Start;
    private static readonly Dictionary<string, string> Pools = new() { ["a"] = "one", ["b"] = "one", ["c"] = "two", ["d"] = "three" };

    [Fact]
    public void BytesPerSecond_OfANode_IsItsOwnElseItsPoolsElseTheClusters()
    {
        var history = new MoveHistory([Ended("a", 100), Ended("a", 300), Ended("a", 200), Ended("c", 50)], Pools);
        Assert.Equal((200e6, 200e6, 50e6), (history.BytesPerSecond("a"), history.BytesPerSecond("b"), history.BytesPerSecond("c")));
        Assert.Equal(100e6, history.BytesPerSecond("d"));
        Assert.Equal(MoveHistory.UnknownBytesPerSecond, new MoveHistory([], Pools).BytesPerSecond("a"));
    }

    [Fact]
    public void BytesPerSecond_OfWhatShowsNothing_IsNotTaken()
    {
        var small = Ended("a", 1);
        (small.Status.Source!.MemoryBytes, small.Status.Source.FilesBytes) = (1_000_000, 0);
        var failed = Ended("a", 1);
        failed.Status.Phase = Phases.RolledBack;
        var silent = Ended("a", 1);
        silent.Status.Source!.Timeline = null;
        var backwards = Ended("a", 1);
        backwards.Status.Source!.Timeline![0].AtMs = 1e9;
        Assert.Equal(MoveHistory.UnknownBytesPerSecond, new MoveHistory([small, failed, silent, backwards], Pools).BytesPerSecond("a"));
    }

    [Fact]
    public void SizeOf_AWorkloadThatHasMoved_IsWhatItWasWithItsWrites()
    {
        var nodes = new DoomedNodes();
        nodes.Node("a", null);
        var pod = nodes.Pod("web", "a", memory: "1Gi");
        Assert.Equal(new MoveSize(1L << 30, null), new MoveHistory([], Pools).SizeOf(pod));

        var moved = Ended("a", 100);
        moved.Status.Owner = new OwnerRecord { Kind = "ReplicaSet", Uid = "rs-web" };
        moved.Status.Source!.Bytes = 1_500_000_000;
        Assert.Equal(new MoveSize(1_000_000_000, 50e6), new MoveHistory([moved], Pools).SizeOf(pod));
    }

    [Fact]
    public void SizeOf_APodThatAsksForNothing_IsTheUsual()
    {
        var pod = new DoomedNodes().Pod("web", "a");
        pod.Spec.Containers[0].Resources = new V1ResourceRequirements();
        Assert.Equal(MoveHistory.UnknownBytes, new MoveHistory([], Pools).SizeOf(pod).Bytes);
    }

    [Fact]
    public void Rest_IsWhatMovesTookBesideTheirCopying()
    {
        Assert.Equal(3, new MoveHistory([], Pools).Rest.TotalSeconds);
        Assert.Equal(2, new MoveHistory([Ended("a", 100)], Pools).Rest.TotalSeconds, 3);
    }

    /// <summary>A move of 1 GB at a rate, and 2 s beside that.</summary>
    private static Migration Ended(string node, double megabytesPerSecond)
    {
        var copyMs = 1_000_000 / megabytesPerSecond;
        return new Migration
        {
            Metadata = new V1ObjectMeta { Name = $"{node}-{megabytesPerSecond}", NamespaceProperty = "default" },
            Spec = new MigrationSpec { PodName = "other" },
            Status = new MigrationStatus
            {
                Phase = Phases.Succeeded,
                SourceNode = node,
                StartedAt = Now,
                CompletedAt = Now.AddMilliseconds(copyMs + 2000),
                Source = new SourceStatus
                {
                    MemoryBytes = 900_000_000,
                    FilesBytes = 100_000_000,
                    Bytes = 1_000_000_000,
                    Timeline = [new TimelineEntry { Step = "PreCopy", AtMs = 500 }, new TimelineEntry { Step = "Follow", AtMs = 500 + copyMs }],
                },
            },
        };
    }
}
