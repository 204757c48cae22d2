using System.Diagnostics;

namespace Rebalancer.Lab.Host;

/// <summary>A process of its own session that cleans the slot when the lab's process dies without doing so (SIGKILL, a crash).</summary>
internal sealed class Watchdog : IDisposable
{
    // A line means that the lab cleaned up by itself; end of file means that it died.
    private const string Script = "read -r line || exec \"$@\"";

    private readonly Process process;

    private Watchdog(Process process) => this.process = process;

    public static Watchdog Start(LabSlot slot)
    {
        string[] clean = [Environment.ProcessPath!, .. ManagedEntry(), "clean", "--slot", slot.Name];
        var info = new ProcessStartInfo("setsid", ["sh", "-c", Script, "rebalancer-lab-watchdog", .. clean]) { RedirectStandardInput = true };
        return new Watchdog(Process.Start(info)!);
    }

    /// <summary>Under `dotnet X.dll` the program is dotnet and the library its first argument.</summary>
    private static string[] ManagedEntry() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(Watchdog).Assembly.Location] : [];

    public void Dispose()
    {
        process.StandardInput.WriteLine("done");
        process.StandardInput.Close();
        process.WaitForExit(TimeSpan.FromSeconds(5));
        process.Dispose();
    }
}
