using System.Diagnostics;

namespace Rebalancer.Runtime.Tests.Node;

/// <summary>A program run to its end.</summary>
internal static class Command
{
    public static (int ExitCode, string Output, string Error) Run(string program, IEnumerable<string> args, string input = "", IEnumerable<(string, string)>? variables = null, bool isChecked = true)
    {
        var info = new ProcessStartInfo(program, args) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables ?? []) { info.Environment[name] = value; }
        using var process = Process.Start(info)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var text = error.GetAwaiter().GetResult();
        return !isChecked || process.ExitCode == 0 ? (process.ExitCode, output, text) : throw new InvalidOperationException($"{program} {string.Join(' ', args)} exited {process.ExitCode}: {text}");
    }
}
