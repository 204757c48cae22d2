using System.Diagnostics;
using Rebalancer.Agent.Local;
using Rebalancer.Runtime.Tests.Node;
using Xunit;

namespace Rebalancer.Runtime.Tests.Containers;

public sealed class KillTests : IDisposable
{
    private readonly TestNode node = new();

    public void Dispose() => node.Dispose();

    private void WriteState(TestCgroup cgroup, string type = "container")
    {
        Directory.CreateDirectory(Path.Combine(node.RuncRoot, "c1"));
        var name = cgroup.Version == 1 ? "freezer" : "";
        File.WriteAllText(Path.Combine(node.RuncRoot, "c1", "state.json"),
            $$$"""{"id":"c1","config":{"labels":["io.kubernetes.cri.sandbox-uid={{{TestNode.PodUid}}}","io.kubernetes.cri.container-type={{{type}}}"]},"cgroup_paths":{"{{{name}}}":"{{{cgroup.Folder}}}"}}""");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Kill_FrozenContainerOfAMovedPod_EveryProcessEndsWithoutOneMoreStep(int version)
    {
        using var cgroup = new TestCgroup(version);
        WriteState(cgroup);
        var first = cgroup.StartWriters(node.Folder, count: 4);
        Assert.True(cgroup.Freezer.Freeze(TimeSpan.FromSeconds(10)));
        var before = TestCgroup.Written(node.Folder);
        TestNode.Mark(node.Host.ReleasedFolder, TestNode.PodUid);

        Assert.Equal(0, node.Run("kill", "c1", "15"));

        Assert.Empty(node.Runc.Became);
        Assert.Empty(cgroup.Freezer.Pids());
        Assert.False(cgroup.Freezer.IsFrozen);
        Assert.True(first.WaitForExit(TimeSpan.FromSeconds(10)));
        Assert.Equal(before, TestCgroup.Written(node.Folder));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Kill_CopyElsewhereLacksPages_FailsTypedAndNothingEnds(int version)
    {
        using var cgroup = new TestCgroup(version);
        WriteState(cgroup);
        cgroup.StartWriters(node.Folder, count: 2);
        Assert.True(cgroup.Freezer.Freeze(TimeSpan.FromSeconds(10)));
        TestNode.Mark(node.Host.ReleasedFolder, TestNode.PodUid);
        TestNode.Mark(node.Host.ServingFolder, TestNode.PodUid);
        var alive = cgroup.Freezer.Pids();

        Assert.NotEqual(0, node.Run("kill", "c1", "9"));

        Assert.Contains(FailureReasons.LatePages, node.LogMessage, StringComparison.Ordinal);
        Assert.Equal(alive, cgroup.Freezer.Pids());
        Assert.NotEmpty(alive);
        Assert.True(cgroup.Freezer.IsFrozen);
        // An agent that has not been seen for long does not bring the pages any more.
        File.SetLastWriteTimeUtc(Path.Combine(node.Host.ServingFolder, TestNode.PodUid), DateTime.UnixEpoch);
        Assert.Equal(0, node.Run("kill", "c1", "9"));
        Assert.Empty(cgroup.Freezer.Pids());
    }

    [Theory]
    [InlineData(1, "kill")]
    [InlineData(2, "kill")]
    [InlineData(1, "delete")]
    [InlineData(2, "delete")]
    public void KillOrDelete_ParkedCopy_EveryProcessEndsWithoutOneStep(int version, string command)
    {
        using var cgroup = new TestCgroup(version);
        WriteState(cgroup);
        cgroup.StartWriters(node.Folder, count: 4);
        Assert.True(cgroup.Freezer.Freeze(TimeSpan.FromSeconds(10)));
        var before = TestCgroup.Written(node.Folder);
        TestNode.Mark(node.Host.ParkedFolder, "c1");

        Assert.Equal(RecordingRunc.BecameExitCode, node.Run(command, "c1"));

        Assert.Empty(cgroup.Freezer.Pids());
        Assert.Equal(before, TestCgroup.Written(node.Folder));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Kill_RunningContainerOfAMovedPod_ForksCannotEscape(int version)
    {
        using var cgroup = new TestCgroup(version);
        WriteState(cgroup);
        cgroup.Start("while :; do sleep 1000 & done");
        TestCgroup.Eventually(() => cgroup.Freezer.Pids().Count > 20, "it forks");
        TestNode.Mark(node.Host.ReleasedFolder, TestNode.PodUid);

        Assert.Equal(0, node.Run("kill", "--all", "c1", "9"));

        Assert.Empty(cgroup.Freezer.Pids());
    }

    [Fact]
    public async Task Kill_SandboxOfAMovedPod_StaysUntilTheAgentLetsItGo()
    {
        using var cgroup = new TestCgroup(1);
        WriteState(cgroup, "sandbox");
        var pause = cgroup.Start("exec sleep 1000");
        TestNode.Mark(node.Host.ReleasedFolder, TestNode.PodUid);
        var wasAlive = false;
        await using var agent = new ScriptedAgent(node.Host.Socket, _ =>
        {
            wasAlive = !pause.HasExited;
            return new LocalReply { Action = LocalActions.Proceed };
        });

        Assert.Equal(0, await Task.Run(() => node.Run("kill", "c1", "9")));

        Assert.True(wasAlive);
        Assert.Equal((LocalOps.SandboxKill, TestNode.PodUid), (agent.Requests.Single().Op, agent.Requests.Single().PodUid));
        Assert.Empty(cgroup.Freezer.Pids());
    }

    [Fact]
    public void Kill_SandboxOfAMovedPodWithoutAnAgent_EndsAtOnce()
    {
        using var cgroup = new TestCgroup(1);
        WriteState(cgroup, "sandbox");
        cgroup.Start("exec sleep 1000");
        TestNode.Mark(node.Host.ReleasedFolder, TestNode.PodUid);

        Assert.Equal(0, node.Run("kill", "c1", "9"));

        Assert.Empty(cgroup.Freezer.Pids());
    }

    [Fact]
    public async Task Kill_ContainerOfAMovedPod_AsksNobody()
    {
        using var cgroup = new TestCgroup(1);
        WriteState(cgroup);
        cgroup.Start("exec sleep 1000");
        TestNode.Mark(node.Host.ReleasedFolder, TestNode.PodUid);
        await using var agent = new ScriptedAgent(node.Host.Socket, ScriptedAgent.Silence);

        Assert.Equal(0, await Task.Run(() => node.Run("kill", "c1", "9")));

        Assert.Empty(agent.Requests);
    }

    [Fact]
    public void Kill_OtherPods_IsRuncsOwn()
    {
        using var cgroup = new TestCgroup(1);
        WriteState(cgroup);
        var process = cgroup.Start("exec sleep 1000");
        TestNode.Mark(node.Host.ReleasedFolder, "another-pod");

        Assert.Equal(RecordingRunc.BecameExitCode, node.Run("kill", "c1", "9"));

        Assert.False(process.HasExited);
        Assert.Equal(["--root", node.RuncRoot, "--log", node.LogPath, "--log-format", "json", "kill", "c1", "9"], node.Runc.Became[0]);
    }

    [Theory]
    [InlineData("c1")]
    [InlineData("../c1")]
    public void Kill_UnknownContainer_IsRuncsToRefuse(string id)
    {
        TestNode.Mark(node.Host.ReleasedFolder, TestNode.PodUid);

        Assert.Equal(RecordingRunc.BecameExitCode, node.Run("kill", id, "9"));
    }
}
