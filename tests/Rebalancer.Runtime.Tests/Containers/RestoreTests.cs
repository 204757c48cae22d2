using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Criu;
using Rebalancer.Runtime.Tests.Node;
using Xunit;

namespace Rebalancer.Runtime.Tests.Containers;

public sealed class RestoreTests : IDisposable
{
    private static readonly LocalReply Restore = new() { Action = LocalActions.Restore, ImagePath = "/images", WorkPath = "/work-folder" };
    private readonly TestNode node = new();

    public RestoreTests() => node.WriteClaimedContainerBundle();

    private string Conf => Path.Combine(node.Host.CriuFolder, "c1.conf");
    private string Restored => Path.Combine(node.Host.RestoredFolder, "c1");
    private string Consumed => Path.Combine(node.Host.ConsumedFolder, TestNode.PodUid + "_redis");

    public void Dispose() => node.Dispose();

    private ScriptedAgent Agent(params LocalReply?[] outcomes)
    {
        var next = 0;
        return new ScriptedAgent(node.Host.Socket, request => request.Op == LocalOps.ContainerCreate ? Restore : outcomes[next++]);
    }

    [Fact]
    public async Task Restore_Succeeds_StartBecomesANoOpUntilDelete()
    {
        var during = "";
        node.Runc.OnChild = _ => during = File.ReadAllText(Conf);
        await using var agent = Agent(new LocalReply { Action = LocalActions.Proceed });

        Assert.Equal(0, node.Create());

        Assert.Equal($"--root {node.RuncRoot} --log {node.LogPath} --log-format json restore --detach --tcp-established --manage-cgroups-mode ignore --image-path /images --work-path /work-folder " +
            $"--bundle {node.Bundle} --pid-file {node.Folder}/pid c1", Assert.Single(node.Runc.Children));
        Assert.Equal(CriuConfiguration.Held("/opt/rebalancer/bin/rebalancer-runc"), during);
        Assert.Equal(
            [$"PATH={CriuTar.PathFor(NodePaths.CriuTools, Environment.GetEnvironmentVariable("PATH"))}", $"REBALANCER_RESTORE_PID={Environment.ProcessId}", "REBALANCER_RESTORE_IMAGES=/images", "REBALANCER_RESTORE_ID=c1", $"REBALANCER_RESTORE_ROOT={node.RuncRoot}"],
            node.Runc.Variables);
        Assert.Equal("/run/netns/x", Assert.Single(node.Runc.Networks));
        Assert.Equal(CriuConfiguration.Default, File.ReadAllText(Conf));
        Assert.Equal((LocalOps.RestoreDone, 0, "/images", "/work-folder"), agent.Requests.Select(r => (r.Op, r.ExitCode, r.ImagePath, r.WorkPath)).Last());
        Assert.Equal(0, node.Run("start", "c1"));
        Assert.Equal(0, node.Run("start", "c1"));
        Assert.Empty(node.Runc.Became);
        Assert.True(File.Exists(Consumed));

        Assert.Equal(RecordingRunc.BecameExitCode, node.Run("delete", "--force", "c1"));
        Assert.False(File.Exists(Restored));
        Assert.False(File.Exists(Conf));
        Assert.Equal(RecordingRunc.BecameExitCode, node.Run("start", "c1"));
    }

    /// <summary>A checkpoint may leave the network out: it is restored into the network that CRIU runs in, which must never be the node's.</summary>
    [Fact]
    public async Task Restore_BundleWithoutANetwork_IsNotTried()
    {
        File.WriteAllText(node.ConfigPath, File.ReadAllText(node.ConfigPath).Replace("""{"type":"network","path":"/run/netns/x"}""", """{"type":"network"}""", StringComparison.Ordinal));
        await using var agent = Agent();

        Assert.NotEqual(0, node.Create());

        Assert.Empty(node.Runc.Children);
        Assert.Contains("names no network namespace", node.LogMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_WithTerminalOptions_KeepsThem()
    {
        await using var agent = Agent(new LocalReply { Action = LocalActions.Proceed });

        Assert.Equal(0, node.Run("create", "--bundle", node.Bundle, "--pid-file", "/p", "--console-socket", "/s", "--no-pivot", "--no-new-keyring", "c1"));

        Assert.EndsWith($"--bundle {node.Bundle} --console-socket /s --pid-file /p --no-pivot c1", node.Runc.Children[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("network-lock skip\nlog-level 1\n", "network-lock skip\nlog-level 1\naction-script /opt/rebalancer/bin/rebalancer-runc\n")]
    [InlineData("action-script /else\n", "action-script /else\n")]
    public async Task Restore_ConfigurationOfTheAgent_IsNeverWithoutAHold(string given, string used)
    {
        var path = Path.Combine(node.Folder, "given.conf");
        File.WriteAllText(path, given);
        var during = "";
        node.Runc.OnChild = _ => during = File.ReadAllText(Conf);
        await using var agent = new ScriptedAgent(node.Host.Socket, request =>
            request.Op == LocalOps.ContainerCreate ? Restore with { CriuConfig = path } : new LocalReply { Action = LocalActions.Proceed });

        Assert.Equal(0, node.Create());

        Assert.Equal(used, during);
    }

    [Fact]
    public async Task Restore_SucceedsButTheAgentIsGone_TheCopyStays()
    {
        node.Runc.OnChild = _ => File.Delete(node.Host.Socket);
        await using var agent = Agent();

        Assert.Equal(0, node.Create());

        Assert.True(File.Exists(Restored));
    }

    [Fact]
    public async Task Restore_SucceedsButTheAgentRefusesIt_Fails()
    {
        await using var agent = Agent(new LocalReply { Action = LocalActions.Fail, Reason = "UserAborted", Message = "no" });

        Assert.Equal(1, node.Create());

        Assert.False(File.Exists(Restored));
        Assert.Contains("UserAborted", node.LogMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_FailsOnceAndTheAgentTriesAgain_LeavesNoContainerBehind()
    {
        node.Runc.ExitCodes.Enqueue(1);
        Directory.CreateDirectory(Path.Combine(node.RuncRoot, "c1"));
        await using var agent = Agent(Restore with { ImagePath = "/again" }, new LocalReply { Action = LocalActions.Proceed });

        Assert.Equal(0, node.Create());

        Assert.Equal(3, node.Runc.Children.Count);
        Assert.EndsWith("delete --force c1", node.Runc.Children[1], StringComparison.Ordinal);
        Assert.Contains("--image-path /again", node.Runc.Children[2], StringComparison.Ordinal);
        Assert.Equal([1, 0], agent.Requests.Where(r => r.Op == LocalOps.RestoreDone).Select(r => r.ExitCode));
    }

    [Fact]
    public async Task Restore_FailsAndAColdStartIsRecorded_StartsCold()
    {
        node.Runc.ExitCodes.Enqueue(1);
        await using var agent = Agent(new LocalReply { Action = LocalActions.Create });

        Assert.Equal(RecordingRunc.BecameExitCode, node.Create());

        Assert.Equal(RecordingRunc.BecameExitCode, node.Run("start", "c1"));
    }

    /// <summary>It has not run: an end before the commit must not leave a mark by which it would later start cold.</summary>
    [Theory]
    [InlineData(LocalActions.Park)]
    [InlineData(null)]
    public async Task Restore_Parked_CreateReturnsButTheCheckpointIsNotConsumed(string? action)
    {
        node.Runc.OnChild = _ => TestNode.Mark(node.Host.ParkedFolder, "c1");
        await using var agent = Agent(action is null ? null : new LocalReply { Action = action });

        Assert.Equal(0, node.Create());

        Assert.False(File.Exists(Consumed));
        Assert.Equal(0, node.Run("start", "c1"));
        Assert.Empty(node.Runc.Became);
        Assert.Equal(RecordingRunc.BecameExitCode, node.Run("delete", "--force", "c1"));
        Assert.False(File.Exists(Path.Combine(node.Host.ParkedFolder, "c1")));
    }

    [Fact]
    public async Task Restore_ParkedButItFailedThen_LeavesNoMark()
    {
        node.Runc.OnChild = _ => TestNode.Mark(node.Host.ParkedFolder, "c1");
        node.Runc.ExitCodes.Enqueue(1);
        await using var agent = Agent(new LocalReply { Action = LocalActions.Fail });

        Assert.Equal(1, node.Create());

        Assert.False(File.Exists(Path.Combine(node.Host.ParkedFolder, "c1")));
    }

    [Theory]
    [InlineData(LocalActions.Proceed, "RestoreFailed")]
    [InlineData(LocalActions.Fail, "Refused")]
    [InlineData(null, "RestoreFailed")]
    public async Task Restore_FailsForGood_NeverStartsCold(string? action, string reason)
    {
        node.Runc.ExitCodes.Enqueue(1);
        await using var agent = Agent(action is null ? null : new LocalReply { Action = action });

        Assert.Equal(1, node.Create());

        Assert.Contains(reason, node.LogMessage, StringComparison.Ordinal);
        Assert.Empty(node.Runc.Became);
        Assert.False(File.Exists(Restored));
        Assert.False(File.Exists(Consumed));
    }

    [Fact]
    public async Task Restore_AnAgentThatNeverStopsTrying_IsStopped()
    {
        for (var i = 0; i < 10; i++) { node.Runc.ExitCodes.Enqueue(1); }
        await using var agent = new ScriptedAgent(node.Host.Socket, _ => Restore);

        Assert.Equal(1, node.Create());

        Assert.Equal(5, node.Runc.Children.Count);
        Assert.Contains("RestoreFailed", node.LogMessage, StringComparison.Ordinal);
    }
}
