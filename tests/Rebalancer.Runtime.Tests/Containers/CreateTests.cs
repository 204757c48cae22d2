using System.Text.Json;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Criu;
using Rebalancer.Runtime.Tests.Node;
using Xunit;

namespace Rebalancer.Runtime.Tests.Containers;

public sealed class CreateTests : IDisposable
{
    private readonly TestNode node = new();

    public void Dispose() => node.Dispose();

    [Fact]
    public void Create_NotFromACri_IsUntouched()
    {
        node.WriteBundle(("k", "v"));
        var before = File.ReadAllBytes(node.ConfigPath);

        Assert.Equal(RecordingRunc.BecameExitCode, node.Create());

        Assert.Equal(before, File.ReadAllBytes(node.ConfigPath));
        Assert.Contains("create", Assert.Single(node.Runc.Became));
    }

    [Theory]
    [InlineData("no json")]
    [InlineData(null)]
    public void Create_UnreadableConfig_IsLeftToRunc(string? content)
    {
        Directory.CreateDirectory(node.Bundle);
        if (content is not null) { File.WriteAllText(node.ConfigPath, content); }

        Assert.Equal(RecordingRunc.BecameExitCode, node.Create());
    }

    [Fact]
    public void Create_PlainPod_GetsItsCriuConfigurationAndAsksNobody()
    {
        node.WriteContainerBundle();
        File.SetUnixFileMode(node.ConfigPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Equal(RecordingRunc.BecameExitCode, node.Create("abc"));

        var conf = Path.Combine(node.Host.CriuFolder, "abc.conf");
        Assert.Equal(CriuConfiguration.Default, File.ReadAllText(conf));
        var annotations = JsonDocument.Parse(File.ReadAllBytes(node.ConfigPath)).RootElement.GetProperty("annotations");
        Assert.Equal(conf, annotations.GetProperty("org.criu.config").GetString());
        Assert.Equal("redis", annotations.GetProperty("io.kubernetes.cri.container-name").GetString());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(node.ConfigPath));
        Assert.Equal([node.ConfigPath], Directory.GetFiles(node.Bundle));
    }

    [Fact]
    public void Create_PlainPodWhoseConfigurationCannotBeWritten_StartsNevertheless()
    {
        node.WriteContainerBundle();
        node.Host = node.Host with { CriuFolder = "/proc/no-such-folder" };

        Assert.Equal(RecordingRunc.BecameExitCode, node.Create());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Create_PodThatWasMovedAway_NeverStartsHereAgain(bool isClaimed)
    {
        if (isClaimed) { node.WriteClaimedContainerBundle(); } else { node.WriteContainerBundle(); }
        TestNode.Mark(node.Host.ReleasedFolder, TestNode.PodUid);

        Assert.Equal(1, node.Create());

        Assert.Empty(node.Runc.Became);
        Assert.StartsWith("rebalancer: PodReleased: pod shop/redis-0", node.LogMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sandbox_Proceed_IsCreated()
    {
        node.WriteClaimedSandboxBundle();
        await using var agent = new ScriptedAgent(node.Host.Socket, _ => new LocalReply { Action = LocalActions.Proceed });

        Assert.Equal(RecordingRunc.BecameExitCode, node.Create("pause"));

        var request = Assert.Single(agent.Requests);
        Assert.Equal((LocalOps.SandboxCreate, TestNode.PodUid, "shop", "redis-0", "move-redis", "pause", "/run/netns/x"),
            (request.Op, request.PodUid, request.PodNamespace, request.PodName, request.Migration, request.ContainerId, request.NetNs));
        Assert.False(Directory.Exists(node.Host.CriuFolder));
    }

    [Fact]
    public async Task Sandbox_Fail_ShowsTheAgentsReason()
    {
        node.WriteClaimedSandboxBundle();
        await using var agent = new ScriptedAgent(node.Host.Socket, _ => new LocalReply { Action = LocalActions.Fail, Reason = "ClaimExpired", Message = "claim of move-redis ran out" });

        Assert.Equal(1, node.Create());

        Assert.Empty(node.Runc.Became);
        Assert.Equal("rebalancer: ClaimExpired: claim of move-redis ran out", node.LogMessage);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Claimed_WithoutDecision_NeverStartsCold(bool isSandbox)
    {
        if (isSandbox) { node.WriteClaimedSandboxBundle(); } else { node.WriteClaimedContainerBundle(); }
        Assert.Equal(1, node.Create());
        Assert.Contains("NoDecision", node.LogMessage, StringComparison.Ordinal);

        await using var agent = new ScriptedAgent(node.Host.Socket, ScriptedAgent.Silence);
        node.Host = node.Host with { DecisionLimit = TimeSpan.FromMilliseconds(200) };
        Assert.Equal(1, node.Create());

        Assert.Contains("did not decide", node.LogMessage, StringComparison.Ordinal);
        Assert.Empty(node.Runc.Became);
        Assert.Empty(node.Runc.Children);
    }

    [Theory]
    [InlineData("rebalancer.dev/migration", "move-redis")]
    [InlineData("rebalancer.dev/claim", "token")]
    public void Claimed_ByHalfAClaim_NeverStartsCold(string key, string value)
    {
        node.WriteContainerBundle((key, value));

        Assert.Equal(1, node.Create());

        Assert.Empty(node.Runc.Became);
    }

    [Fact]
    public async Task Claimed_UnknownAnswer_NeverStartsCold()
    {
        node.WriteClaimedContainerBundle();
        await using var agent = new ScriptedAgent(node.Host.Socket, _ => new LocalReply { Action = "lukewarm" });

        Assert.Equal(1, node.Create());

        Assert.Contains("lukewarm", node.LogMessage, StringComparison.Ordinal);
        Assert.Empty(node.Runc.Became);
    }

    [Fact]
    public async Task Claimed_AgentRestartsWhileItIsAsked_IsAskedAgain()
    {
        node.WriteClaimedContainerBundle();
        var calls = 0;
        await using var agent = new ScriptedAgent(node.Host.Socket, _ => ++calls == 1 ? null : new LocalReply { Action = LocalActions.Create });

        Assert.Equal(RecordingRunc.BecameExitCode, node.Create());

        Assert.Equal(2, agent.Requests.Count);
    }

    [Fact]
    public async Task Claimed_NamesThatAreNoFileNames_AreRefused()
    {
        node.WriteContainerBundle(("io.kubernetes.cri.sandbox-uid", "../../etc"), ("rebalancer.dev/migration", "m"));
        await using var agent = new ScriptedAgent(node.Host.Socket, _ => new LocalReply { Action = LocalActions.Create });

        Assert.Equal(1, node.Create());

        Assert.Empty(agent.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Claimed_CheckpointUsedBefore_StartsColdWithoutTheAgent(bool isSandbox)
    {
        if (isSandbox) { node.WriteClaimedSandboxBundle(); } else { node.WriteClaimedContainerBundle(); }
        TestNode.Mark(node.Host.ConsumedFolder, TestNode.PodUid + "_redis");

        Assert.Equal(RecordingRunc.BecameExitCode, node.Create());
    }
}
