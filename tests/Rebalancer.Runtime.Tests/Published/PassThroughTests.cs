using Rebalancer.Runtime.Tests.Node;
using Xunit;

namespace Rebalancer.Runtime.Tests.Published;

/// <summary>What runc sees through the published wrapper is what it sees without it. Alone: a descriptor that another test has open at the moment is inherited too.</summary>
[Collection(AloneCollection.Name)]
public sealed class PassThroughTests : IDisposable
{
    private const string FakeRunc = """
        #!/bin/sh
        for a in "$@"; do printf '[%s]' "$a"; done; echo
        grep -E 'SigBlk|SigIgn|Cap|NoNew|Seccomp:' /proc/self/status
        cat /proc/$$/limits; ls /proc/$$/fd; env | grep -v '^_=' | sort; pwd; umask; cat
        exit 42
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("rbp").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string Fake()
    {
        var path = Path.Combine(folder, "runc");
        File.WriteAllText(path, FakeRunc);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        return path;
    }

    [Theory]
    [InlineData("--root", "/r", "--log", "/l", "--log-format", "json", "state", "c1")]
    [InlineData("--version")]
    [InlineData("exec", "--process", "/p", "--detach", "c1", "sh", "-c", "echo \"ä $x\"\n")]
    [InlineData("create", "--bundle", "/nowhere", "c1")]
    [InlineData("events", "")]
    [InlineData]
    public void AnyCall_ReachesRuncUnchanged(params string[] args)
    {
        (string, string)[] variables = [("REBALANCER_RUNC", Fake()), ("_", "")];

        // As under a shim: .NET's test host may have left SIGPIPE ignored, which the native runtime hides from us.
        var direct = Command.Run("env", ["--default-signal=PIPE", Fake(), .. args], "input", variables, isChecked: false);
        var wrapped = Command.Run("env", ["--default-signal=PIPE", PublishedPrograms.Runc, .. args], "input", variables, isChecked: false);

        Assert.Equal(42, wrapped.ExitCode);
        Assert.Equal(direct.Output, wrapped.Output);
        Assert.Equal(direct.Error, wrapped.Error);
        Assert.EndsWith("input", wrapped.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_ThatAreNotUtf8_PassUnchanged()
    {
        var output = Command.Run("/bin/sh", ["-c", $"REBALANCER_RUNC={Fake()} {PublishedPrograms.Runc} state \"$(printf 'a\\377b')\" | head -1 | od -An -c"]).Output;

        Assert.Contains("[   a 377   b   ]", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Runc_IsTheWrapperItself_IsAnErrorNotALoop()
    {
        var log = Path.Combine(folder, "log.json");

        var result = Command.Run("/usr/bin/env",
            ["unshare", "--mount", "sh", "-c", $"for f in /usr/sbin/runc /usr/bin/runc /usr/local/sbin/runc /usr/local/bin/runc; do [ -e $f ] && mount --bind /dev/null $f; done; exec {PublishedPrograms.Runc} --log {log} --log-format json state c1"],
            variables: [("REBALANCER_RUNC", PublishedPrograms.Runc)], isChecked: false);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("rebalancer: RuncMissing:", result.Error, StringComparison.Ordinal);
        Assert.Contains("\"level\":\"error\",\"msg\":\"rebalancer: RuncMissing:", File.ReadAllText(log), StringComparison.Ordinal);
    }
}
