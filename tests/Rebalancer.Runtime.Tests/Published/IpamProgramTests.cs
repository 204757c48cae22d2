using Rebalancer.Agent.Local;
using Rebalancer.Runtime.Tests.Node;
using Xunit;

namespace Rebalancer.Runtime.Tests.Published;

public sealed class IpamProgramTests : IDisposable
{
    private readonly string run = Directory.CreateTempSubdirectory("rbi").FullName;

    public void Dispose() => Directory.Delete(run, recursive: true);

    [Fact]
    public async Task Add_ThroughThePublishedProgram_PrintsTheResult()
    {
        await using var agent = new ScriptedAgent(Path.Combine(run, "agent.sock"), _ => new LocalReply { Action = LocalActions.Proceed, Address = "10.88.1.7/16" });

        var result = Command.Run("unshare",
            ["--mount", "--propagation", "private", "sh", "-c", $"mkdir -p /run/rebalancer; mount --bind {run} /run/rebalancer; exec \"$0\"", PublishedPrograms.Ipam],
            """{"cniVersion":"1.0.0","name":"pods","ipam":{"type":"rebalancer-ipam","subnet":"10.88.0.0/16"}}""",
            [("CNI_COMMAND", "ADD"), ("CNI_CONTAINERID", "s"), ("CNI_NETNS", "/n"), ("CNI_IFNAME", "eth0"), ("CNI_ARGS", "K8S_POD_UID=u-1")]);

        Assert.Equal("""{"cniVersion":"1.0.0","ips":[{"address":"10.88.1.7/16"}],"routes":[],"dns":{}}""" + "\n", result.Output);
        Assert.Equal("u-1", agent.Requests.Single().PodUid);
    }
}
