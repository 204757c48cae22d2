using k8s.Models;
using Rebalancer.Agent.Moves;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Moves;

public sealed class MarkersTests : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("markers-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Forget_PodsThatTheNodeHasNoMore_OnlyOldOnes()
    {
        var markers = new Markers(folder.FullName);
        foreach (var uid in new[] { "gone", "here", "young" })
        {
            markers.WriteReleased(uid);
            markers.WriteConsumed(uid, "redis");
        }
        markers.WriteCommit("gone");
        Age("gone", "gone_redis", "here", "here_redis");

        Assert.True(markers.HasOlder(Now.AddDays(-7)));
        Assert.Equal(2, markers.Forget(Now.AddDays(-7), new HashSet<string> { "here" }));

        Assert.Equal([false, true, true], new[] { "gone", "here", "young" }.Select(markers.HasConsumed));
        // A commit is forgotten with its move, and by nobody else.
        Assert.True(markers.HasCommit("gone"));
        Assert.Equal(0, markers.Forget(Now.AddDays(-7), new HashSet<string> { "here" }));
    }

    [Fact]
    public void Forget_NothingThere_IsNothing()
    {
        var markers = new Markers(folder.FullName);

        Assert.False(markers.HasOlder(Now));
        Assert.Equal(0, markers.Forget(Now, new HashSet<string>()));
    }

    [Fact]
    public void ForgetMoves_OfThoseThatAreNot_LeavesTheOthersAndWhatOutlivesAMove()
    {
        var markers = new Markers(folder.FullName);
        foreach (var uid in new[] { "here", "gone" })
        {
            markers.WriteCommit("move-" + uid);
            markers.WriteServing("pod-" + uid);
            markers.WriteReleased("pod-" + uid);
        }

        var left = markers.ForgetMoves([new Migration { Metadata = new V1ObjectMeta { Uid = "move-here" }, Status = new MigrationStatus { PodUID = "pod-here" } }]);

        Assert.Equal(["move-gone", "pod-gone"], left);
        Assert.Equal([true, false], new[] { "move-here", "move-gone" }.Select(markers.HasCommit));
        Assert.Equal([true, false], new[] { "pod-here", "pod-gone" }.Select(markers.HasServing));
        Assert.Equal(2, folder.GetDirectories("released").Single().GetFiles().Length);
    }

    private void Age(params string[] names)
    {
        foreach (var file in folder.EnumerateFiles("*", SearchOption.AllDirectories).Where(file => names.Contains(file.Name))) { file.LastWriteTimeUtc = Now.AddDays(-8).UtcDateTime; }
    }
}
