using System.Diagnostics;
using System.Text.Json.Nodes;
using Rebalancer.Agent.Local;
using Rebalancer.Runtime.Restores;
using Rebalancer.Runtime.Tests.Node;
using Xunit;

namespace Rebalancer.Runtime.Tests.Restores;

public sealed class InitStubTests : IDisposable
{
    private readonly TestNode node = new();

    public InitStubTests() => node.WriteClaimedContainerBundle();

    public void Dispose() => node.Dispose();

    [Fact]
    public void Install_TheProgram_NeedsNothingAndEndsWell()
    {
        InitStub.Install(node.Host.Nothing);
        InitStub.Install(node.Host.Nothing);

        var info = new ProcessStartInfo(node.Host.Nothing) { UseShellExecute = false };
        info.Environment.Clear();
        using var ran = Process.Start(info)!;
        ran.WaitForExit();
        Assert.Equal(0, ran.ExitCode);
    }

    [Fact]
    public async Task Create_Skip_RuncStartsTheStubAndAllElseStays()
    {
        var before = JsonNode.Parse(File.ReadAllText(node.ConfigPath))!;
        await using var agent = new ScriptedAgent(node.Host.Socket, _ => new LocalReply { Action = LocalActions.Skip });

        Assert.Equal(RecordingRunc.BecameExitCode, node.Create());

        Assert.Single(node.Runc.Became);
        Assert.Empty(node.Runc.Children);
        var after = JsonNode.Parse(File.ReadAllText(node.ConfigPath))!;
        Assert.Equal([InitStub.PathInContainer], after["process"]!["args"]!.AsArray().Select(each => (string)each!));
        var mount = after["mounts"]!.AsArray()[^1]!;
        Assert.Equal((InitStub.PathInContainer, node.Host.Nothing), ((string)mount["destination"]!, (string)mount["source"]!));
        Assert.True(JsonNode.DeepEquals(before["linux"], after["linux"]));
        Assert.False(File.Exists(Path.Combine(node.Host.ConsumedFolder, TestNode.PodUid + "_redis")));
    }
}
