using System.Text;
using System.Text.Json;
using Rebalancer.Agent.Local;
using Rebalancer.Cni;
using Rebalancer.Runtime.Tests.Node;
using Xunit;

namespace Rebalancer.Runtime.Tests.Cni;

public sealed class CniTests : IDisposable
{
    private const string Config = """
        {"cniVersion":"1.0.0","name":"pods","type":"bridge","ipam":{"type":"rebalancer-ipam","subnet":"10.88.0.0/16","rangeStart":"10.88.1.1","rangeEnd":"10.88.1.250",
         "gateway":"10.88.0.1","routes":[{"dst":"0.0.0.0/0"},{"dst":"10.0.0.0/8","gw":"10.88.0.2"}]},"dns":{},"prevResult":{"x":[1]}}
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("rbc").FullName;
    private readonly Dictionary<string, string> variables = new()
    {
        ["CNI_CONTAINERID"] = "sandbox1",
        ["CNI_NETNS"] = "/run/netns/x",
        ["CNI_IFNAME"] = "eth0",
        ["CNI_ARGS"] = "IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=redis-0;K8S_POD_UID=u-1",
    };

    private string Socket => Path.Combine(folder, "agent.sock");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private (int ExitCode, JsonElement Output) Run(string command, string config = Config, TimeSpan? limit = null)
    {
        variables["CNI_COMMAND"] = command;
        using var output = new MemoryStream();
        var exitCode = Rebalancer.Cni.Entry.Run(new CniHost
        {
            Variable = name => variables.GetValueOrDefault(name),
            Input = new MemoryStream(Encoding.UTF8.GetBytes(config)),
            Output = output,
            Clock = TimeProvider.System,
            Socket = Socket,
            Limit = limit ?? TimeSpan.FromSeconds(30),
            ConnectWindow = TimeSpan.Zero,
        });
        return (exitCode, output.Length == 0 ? default : JsonDocument.Parse(output.ToArray()).RootElement);
    }

    private ScriptedAgent Agent(LocalReply reply) => new(Socket, _ => reply);

    [Theory]
    [InlineData("1.0.0", """{"cniVersion":"1.0.0","ips":[{"address":"10.88.1.7/16","gateway":"10.88.0.1"}],"routes":[{"dst":"0.0.0.0/0"},{"dst":"10.0.0.0/8","gw":"10.88.0.2"}],"dns":{}}""")]
    [InlineData("1.1.0", """{"cniVersion":"1.1.0","ips":[{"address":"10.88.1.7/16","gateway":"10.88.0.1"}],"routes":[{"dst":"0.0.0.0/0"},{"dst":"10.0.0.0/8","gw":"10.88.0.2"}],"dns":{}}""")]
    [InlineData("0.4.0", """{"cniVersion":"0.4.0","ips":[{"version":"4","address":"10.88.1.7/16","gateway":"10.88.0.1"}],"routes":[{"dst":"0.0.0.0/0"},{"dst":"10.0.0.0/8","gw":"10.88.0.2"}],"dns":{}}""")]
    public async Task Add_AddressFromTheAgent_IsACniResult(string version, string result)
    {
        await using var agent = Agent(new LocalReply { Action = LocalActions.Proceed, Address = "10.88.1.7/16" });

        var (exitCode, output) = Run("ADD", Config.Replace("1.0.0", version, StringComparison.Ordinal));

        Assert.Equal(0, exitCode);
        Assert.Equal(result, output.GetRawText());
        Assert.Equal(new LocalRequest
        {
            Op = LocalOps.CniAdd,
            PodUid = "u-1",
            PodName = "redis-0",
            PodNamespace = "shop",
            ContainerId = "sandbox1",
            NetNs = "/run/netns/x",
            IfName = "eth0",
            Subnet = "10.88.0.0/16",
            RangeStart = "10.88.1.1",
            RangeEnd = "10.88.1.250",
            Gateway = "10.88.0.1",
        }, agent.Requests.Single());
    }

    [Fact]
    public async Task Add_AgentsGateway_GoesBeforeTheConfigured()
    {
        await using var agent = Agent(new LocalReply { Action = LocalActions.Proceed, Address = "10.88.1.7/16", Gateway = "10.88.0.9" });

        Assert.Equal("10.88.0.9", Run("ADD").Output.GetProperty("ips")[0].GetProperty("gateway").GetString());
    }

    [Theory]
    [InlineData("ADD")]
    [InlineData("DEL")]
    [InlineData("CHECK")]
    public async Task AnyCommand_AgentRefuses_IsATypedError(string command)
    {
        await using var agent = Agent(new LocalReply { Action = LocalActions.Fail, Reason = "RangeExhausted", Message = "no address left in 10.88.0.0/16" });

        var (exitCode, output) = Run(command);

        Assert.Equal(1, exitCode);
        Assert.Equal("""{"cniVersion":"1.0.0","code":100,"msg":"RangeExhausted: no address left in 10.88.0.0/16"}""", output.GetRawText());
    }

    [Theory]
    [InlineData("ADD")]
    [InlineData("DEL")]
    [InlineData("CHECK")]
    public void AnyCommand_AgentIsAway_AsksTheRuntimeToTryAgain(string command)
    {
        var (exitCode, output) = Run(command);

        Assert.Equal((1, 11u), (exitCode, output.GetProperty("code").GetUInt32()));
        Assert.Contains(Socket, output.GetProperty("details").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_AgentIsSilent_EndsAtTheLimit()
    {
        await using var agent = new ScriptedAgent(Socket, ScriptedAgent.Silence);

        Assert.Equal(11u, Run("ADD", limit: TimeSpan.FromMilliseconds(100)).Output.GetProperty("code").GetUInt32());
    }

    [Theory]
    [InlineData("DEL")]
    [InlineData("CHECK")]
    public async Task DelAndCheck_Proceed_PrintNothing(string command)
    {
        await using var agent = Agent(new LocalReply { Action = LocalActions.Proceed });

        Assert.Equal((0, default), Run(command));
    }

    [Fact]
    public async Task Del_OfASandboxThatNeverGotANamespace_IsPassedOn()
    {
        variables.Remove("CNI_NETNS");
        await using var agent = Agent(new LocalReply { Action = LocalActions.Proceed });

        Assert.Equal(0, Run("DEL").ExitCode);
    }

    [Theory]
    [InlineData("CNI_CONTAINERID")]
    [InlineData("CNI_NETNS")]
    [InlineData("CNI_IFNAME")]
    [InlineData("CNI_ARGS")]
    public void Add_MissingVariable_IsNamed(string name)
    {
        variables.Remove(name);

        var (exitCode, output) = Run("ADD");

        Assert.Equal((1, 4u), (exitCode, output.GetProperty("code").GetUInt32()));
        Assert.Contains(name, output.GetProperty("msg").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ADD", "{", 6u)]
    [InlineData("ADD", "null", 6u)]
    [InlineData("ADD", """{"cniVersion":"1.0.0","ipam":{"subnet":null}}""", 6u)]
    [InlineData("ADD", """{"cniVersion":"1.0.0","ipam":{}}""", 7u)]
    [InlineData("ADD", """{"cniVersion":"1.0.0"}""", 7u)]
    [InlineData("ADD", """{"cniVersion":"9.0.0","ipam":{"subnet":"10.0.0.0/8"}}""", 1u)]
    [InlineData("ADD", """{"ipam":{"subnet":"10.0.0.0/8"}}""", 1u)]
    [InlineData("DANCE", """{"cniVersion":"1.0.0"}""", 4u)]
    public void AnyCommand_BadInput_IsATypedError(string command, string config, uint code)
    {
        var (exitCode, output) = Run(command, config);

        Assert.Equal((1, code), (exitCode, output.GetProperty("code").GetUInt32()));
    }

    [Fact]
    public void Version_ListsWhatItSpeaks()
    {
        var (exitCode, output) = Run("VERSION", """{"cniVersion":"9.0.0"}""");

        Assert.Equal(0, exitCode);
        Assert.Equal("""{"cniVersion":"1.1.0","supportedVersions":["0.3.0","0.3.1","0.4.0","1.0.0","1.1.0"]}""", output.GetRawText());
    }

    [Fact]
    public async Task Status_TellsWhetherAnAddWouldWork()
    {
        Assert.Equal(50u, Run("STATUS").Output.GetProperty("code").GetUInt32());

        await using var agent = Agent(new LocalReply { Action = LocalActions.Proceed });
        Assert.Equal((0, default), Run("STATUS"));
        Assert.Equal((0, default), Run("GC"));
        Assert.Empty(agent.Requests);
    }
}
