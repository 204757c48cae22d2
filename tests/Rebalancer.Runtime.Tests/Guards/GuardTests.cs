using System.Diagnostics;
using Rebalancer.Agent.Local.Cgroups;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Runtime.Guards;
using Rebalancer.Runtime.Tests.Node;
using Rebalancer.Runtime.Tests.Published;
using Xunit;

namespace Rebalancer.Runtime.Tests.Guards;

/// <summary>The published guard beside real frozen processes. The "agent" is the other end of its standard input.</summary>
public sealed class GuardTests : IDisposable
{
    private readonly TestNode node = new();
    private readonly Process pod = Process.Start(new ProcessStartInfo("unshare", ["--net", "sleep", "1000"]))!;

    public GuardTests() => TestCgroup.Eventually(() => LinkOf(pod.Id) != LinkOf(Environment.ProcessId), "the pod has a network namespace");

    private string NetNs => $"/proc/{pod.Id}/ns/net";
    private string Marker => Path.Combine(node.Folder, "marker");

    public void Dispose()
    {
        pod.Kill();
        pod.WaitForExit();
        pod.Dispose();
        node.Dispose();
    }

    private static string? LinkOf(int pid) => new FileInfo($"/proc/{pid}/ns/net").LinkTarget;

    private Process StartGuard(TestCgroup cgroup, int pid, params string[] more)
    {
        var info = new ProcessStartInfo(PublishedPrograms.Runc, ["guard", "--cgroup", cgroup.Folder, "--netns", NetNs, "--marker", Marker, "--pid", $"{pid}", .. more])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var guard = Process.Start(info)!;
        Assert.Equal("ready", guard.StandardOutput.ReadLine());
        return guard;
    }

    private void CloseShield()
    {
        using var table = ShieldTable.Of(NetNs, "lo");
        table.Close();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void AgentDies_BeforeTheMarker_ThePodRunsWithinASecond(int version)
    {
        using var cgroup = new TestCgroup(version);
        var first = cgroup.StartWriters(node.Folder, count: 2);
        CloseShield();
        Assert.True(cgroup.Freezer.Freeze(TimeSpan.FromSeconds(10)));
        using var guard = StartGuard(cgroup, first.Id);
        var before = TestCgroup.Written(node.Folder);

        var watch = Stopwatch.StartNew();
        guard.StandardInput.Close();
        guard.WaitForExit();

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(1), $"took {watch.Elapsed.TotalMilliseconds} ms");
        Assert.Equal(0, guard.ExitCode);
        Assert.False(cgroup.Freezer.IsFrozen);
        TestCgroup.Eventually(() => TestCgroup.Written(node.Folder) > before, "the pod runs on");
        Assert.False(ShieldTable.Remove(NetNs), "the shield was left closed");
    }

    [Fact]
    public void AgentDies_SeveralContainers_AllRunAgain()
    {
        using var one = new TestCgroup(1);
        using var other = new TestCgroup(1);
        var first = one.Start("exec sleep 1000");
        other.Start("exec sleep 1000");
        Assert.Empty(ContainerCgroup.FreezeAll([one.Freezer, other.Freezer], TimeSpan.FromSeconds(10)));
        using var guard = StartGuard(one, first.Id, "--cgroup", other.Folder);

        guard.StandardInput.Close();
        guard.WaitForExit();

        Assert.False(one.Freezer.IsFrozen);
        Assert.False(other.Freezer.IsFrozen);
    }

    [Theory]
    [InlineData("--cgroup", "/no/cgroup", 1)]
    [InlineData("--marker", "/twice", 2)]
    [InlineData("--unknown", "x", 2)]
    public void BadArguments_NothingIsGuarded(string name, string value, int exitCode)
    {
        using var cgroup = new TestCgroup(1);
        using var guard = Process.Start(new ProcessStartInfo(PublishedPrograms.Runc, ["guard", "--cgroup", cgroup.Folder, "--netns", NetNs, "--marker", Marker, "--pid", "4711", name, value]) { RedirectStandardError = true })!;
        guard.WaitForExit();
        Assert.Equal(exitCode, guard.ExitCode);
        Assert.NotEmpty(guard.StandardError.ReadToEnd());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void AgentDies_AfterTheMarker_ThePodStaysFrozenAndShielded(int version)
    {
        using var cgroup = new TestCgroup(version);
        var first = cgroup.Start("exec sleep 1000");
        CloseShield();
        Assert.True(cgroup.Freezer.Freeze(TimeSpan.FromSeconds(10)));
        using var guard = StartGuard(cgroup, first.Id);
        File.WriteAllText(Marker, "");

        guard.StandardInput.Close();
        guard.WaitForExit();

        Assert.True(cgroup.Freezer.IsFrozen);
        Assert.True(ShieldTable.Remove(NetNs), "the shield was opened although the commit may have been sent");
    }

    [Theory]
    [InlineData("done\n", true)]
    [InlineData("don", false)]
    [InlineData("done", false)]
    [InlineData("donut\n", false)]
    public void Done_OnlyTheWholeLine_EndsTheWatch(string line, bool isFrozen)
    {
        using var cgroup = new TestCgroup(1);
        var first = cgroup.Start("exec sleep 1000");
        Assert.True(cgroup.Freezer.Freeze(TimeSpan.FromSeconds(10)));
        using var guard = StartGuard(cgroup, first.Id);

        guard.StandardInput.Write(line);
        guard.StandardInput.Close();
        guard.WaitForExit();

        Assert.Equal(0, guard.ExitCode);
        Assert.Equal(isFrozen, cgroup.Freezer.IsFrozen);
    }

    [Fact]
    public void ShutdownSignals_DoNotEndTheGuard()
    {
        using var cgroup = new TestCgroup(1);
        var first = cgroup.Start("exec sleep 1000");
        Assert.True(cgroup.Freezer.Freeze(TimeSpan.FromSeconds(10)));
        using var guard = StartGuard(cgroup, first.Id);

        foreach (var signal in (string[])["TERM", "INT", "HUP", "QUIT"]) { Command.Run("kill", ["-s", signal, $"{guard.Id}"]); }
        Assert.False(guard.HasExited);
        Assert.Equal($"{guard.Id}", File.ReadAllText($"/proc/{guard.Id}/stat").Split(' ')[5]);

        guard.StandardInput.Close();
        guard.WaitForExit();
        Assert.False(cgroup.Freezer.IsFrozen);
    }

    [Fact]
    public void AgentDies_WhileACheckpointHangs_ItIsKilled()
    {
        using var cgroup = new TestCgroup(1);
        var first = cgroup.Start("exec sleep 1000");
        Assert.True(cgroup.Freezer.Freeze(TimeSpan.FromSeconds(10)));
        using var checkpoint = Process.Start("/bin/sh", ["-c", "sleep 1000; :", "runc", "checkpoint", Path.GetFileName(cgroup.Folder)]);
        using var other = Process.Start("/bin/sh", ["-c", "sleep 1000; :", "runc", "checkpoint", "another-container"]);
        using var guard = StartGuard(cgroup, first.Id);

        var watch = Stopwatch.StartNew();
        guard.StandardInput.Close();
        guard.WaitForExit();

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(1), $"took {watch.Elapsed.TotalMilliseconds} ms");
        Assert.True(checkpoint.WaitForExit(TimeSpan.FromSeconds(5)));
        Assert.Equal(128 + 9, checkpoint.ExitCode);
        Assert.False(other.HasExited);
        Assert.False(cgroup.Freezer.IsFrozen);
        other.Kill(entireProcessTree: true);
    }

    [Theory]
    [InlineData(2, "guard")]
    [InlineData(2, "guard", "--cgroup", "/x", "--netns", "/y", "--marker", "/z", "--pid", "1")]
    [InlineData(1, "guard", "--cgroup", "/tmp", "--netns", "/y", "--marker", "/z", "--pid", "7")]
    public void Guard_WithoutSomethingToGuard_SaysSoAndIsNeverReady(int exitCode, params string[] args)
    {
        var result = Command.Run(PublishedPrograms.Runc, args, isChecked: false);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Equal("", result.Output);
        Assert.Contains("guard", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/sys/fs/cgroup/freezer/kubepods/pod1/abc", "abc")]
    [InlineData("/sys/fs/cgroup/kubepods.slice/kubepods-pod1.slice/cri-containerd-abc.scope/", "abc")]
    public void ContainerId_OfEitherCgroupDriver_IsFound(string cgroup, string id) => Assert.Equal(id, SourceRelease.ContainerId(cgroup));
}
