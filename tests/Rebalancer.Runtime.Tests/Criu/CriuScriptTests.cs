using System.Diagnostics;
using Rebalancer.Agent.Local.Criu;
using Xunit;

namespace Rebalancer.Runtime.Tests.Criu;

/// <summary>The script as a shell runs it; in the wrapper's place one that says that it was called.</summary>
public sealed class CriuScriptTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("criu-script-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("pre-dump", "", true)]
    [InlineData("post-restore", "", true)]
    [InlineData("post-resume", "", true)]
    [InlineData("network-lock", "", false)]
    [InlineData("setup-namespaces", "", false)]
    [InlineData("pre-resume", "parked", true)]
    [InlineData("pre-resume", "other", false)]
    [InlineData("pre-resume", "", true)]
    public void Run_EachAction_StartsTheWrapperWhereItMatters(string action, string container, bool starts)
    {
        Directory.CreateDirectory(Path.Combine(folder, "parked"));
        File.WriteAllText(Path.Combine(folder, "parked", "parked"), "");
        File.WriteAllText(Path.Combine(folder, "script"), CriuScript.Content("echo called", Path.Combine(folder, "parked"), "CONTAINER"));

        var start = new ProcessStartInfo("sh", [Path.Combine(folder, "script")]) { RedirectStandardOutput = true };
        start.Environment["CRTOOLS_SCRIPT_ACTION"] = action;
        start.Environment["CONTAINER"] = container;
        using var shell = Process.Start(start)!;
        var output = shell.StandardOutput.ReadToEnd();
        shell.WaitForExit();

        Assert.Equal((0, starts ? "called\n" : ""), (shell.ExitCode, output));
    }
}
