using Rebalancer.Runtime.Criu;
using Rebalancer.Runtime.Restores;
using Rebalancer.Runtime.Tests.Node;
using Xunit;

namespace Rebalancer.Runtime.Tests.Restores;

/// <summary>CRIU's pre-resume beside real processes and cgroups.</summary>
public sealed class ParkedCopyTests : IDisposable
{
    private readonly TestNode node = new();

    public void Dispose() => node.Dispose();

    private int PreResume(TestCgroup cgroup, int initPid)
    {
        Directory.CreateDirectory(Path.Combine(node.RuncRoot, "c1"));
        var name = cgroup.Version == 1 ? "freezer" : "";
        File.WriteAllText(Path.Combine(node.RuncRoot, "c1", "state.json"), $$$"""{"id":"c1","cgroup_paths":{"{{{name}}}":"{{{cgroup.Folder}}}"}}""");
        node.Variables[ActionScript.ActionVariable] = "pre-resume";
        node.Variables["CRTOOLS_INIT_PID"] = $"{initPid}";
        node.Variables[RestoreOwner.IdVariable] = "c1";
        node.Variables[RestoreOwner.RootVariable] = node.RuncRoot;
        return Entry.Run([], node.Host);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void PreResume_Marked_FreezesTheCopyAndNotTheCriuInItsCgroup(int version)
    {
        using var cgroup = new TestCgroup(version);
        var copy = cgroup.Start("sleep 1000 & wait");
        TestCgroup.Eventually(() => cgroup.Freezer.Pids().Count == 2, "its child is there");
        var criu = cgroup.Start("exec sleep 1000");
        TestNode.Mark(node.Host.ParkedFolder, "c1");

        Assert.Equal(0, PreResume(cgroup, copy.Id));

        Assert.True(cgroup.Freezer.IsFrozen);
        Assert.Equal(2, cgroup.Freezer.Pids().Count);
        Assert.DoesNotContain(criu.Id, cgroup.Freezer.Pids());
        criu.Kill();
        Assert.True(criu.WaitForExit(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void PreResume_NotMarked_LetsItRun()
    {
        using var cgroup = new TestCgroup(1);
        var copy = cgroup.Start("exec sleep 1000");

        Assert.Equal(0, PreResume(cgroup, copy.Id));

        Assert.False(cgroup.Freezer.IsFrozen);
    }

    /// <summary>CRIU goes on whatever its script answers here: what cannot be frozen must be dead.</summary>
    [Fact]
    public void PreResume_CannotBeFrozen_DoesNotRunEither()
    {
        using var cgroup = new TestCgroup(1);
        using var elsewhere = new TestCgroup(1);
        var copy = elsewhere.Start("exec sleep 1000");
        TestNode.Mark(node.Host.ParkedFolder, "c1");

        Assert.Equal(1, PreResume(cgroup, copy.Id));

        Assert.True(copy.WaitForExit(TimeSpan.FromSeconds(10)));
    }
}
