using System.Net;
using Rebalancer.Agent.Checkpoint;
using Rebalancer.Agent.Preflight;
using Xunit;

namespace Rebalancer.Agent.Tests.Checkpoint;

public sealed class DumpTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("dump-").FullName;

    [Fact]
    public async Task EndsWithin_DumpThatGoesOn_IsLeftToEndByItself()
    {
        using var dump = Start("while [ ! -e " + root + "/go ]; do sleep 0.01; done; touch " + root + "/ended");

        var ends = dump.EndsWithinAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        Assert.False(ends.IsCompleted);
        await File.WriteAllTextAsync(Path.Combine(root, "go"), "");

        Assert.True(await ends);
        Assert.True(File.Exists(Path.Combine(root, "ended")));
    }

    [Fact]
    public async Task EndsWithin_DumpThatFails_HasEnded()
    {
        using var dump = Start("exit 1");

        Assert.True(await dump.EndsWithinAsync(TimeSpan.FromSeconds(30), TimeProvider.System));
    }

    [Fact]
    public async Task EndsWithin_DumpThatHangs_SaysSoAtTheLimit()
    {
        using var dump = Start("exec sleep 1000");

        Assert.False(await dump.EndsWithinAsync(TimeSpan.FromMilliseconds(50), TimeProvider.System));
        dump.Kill();
        Assert.True(await dump.EndsWithinAsync(TimeSpan.FromSeconds(30), TimeProvider.System));
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private Dump Start(string script)
    {
        var (runc, wrapper) = (Program("runc", script), Program("wrapper", "shift; exec \"$@\""));
        var options = new AgentOptions { Node = "n", Listen = new IPEndPoint(IPAddress.Loopback, 1), TlsCa = "", TlsCert = "", TlsKey = "", Runc = runc };
        return Dump.Start(options, new MoveFolder("u", root), new RuncState("c", 1, 1, "", new Dictionary<string, string> { ["io.kubernetes.cri.container-name"] = "redis" }), inPodNetwork: false, wrapper);
    }

    private string Program(string name, string script)
    {
        var path = Path.Combine(root, name);
        File.WriteAllText(path, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
