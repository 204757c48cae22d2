using System.Diagnostics;

namespace Rebalancer.Lab.Processes;

/// <summary>What a finished command left. Both streams are kept whole: the lab's commands print little.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Error);

/// <summary>Runs a command to its end, with a limit in time.</summary>
public static class Command
{
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(30);

    /// <summary>Output of a command that must succeed.</summary>
    /// <exception cref="CommandException">It ended with another code than 0, or not within the limit.</exception>
    public static async Task<string> CheckedAsync(IReadOnlyList<string> argv, CancellationToken cancel, string? input = null, TimeSpan? limit = null)
    {
        var result = await RunAsync(argv, cancel, input, limit);
        return result.ExitCode == 0 ? result.Output : throw new CommandException(argv, result);
    }

    /// <exception cref="CommandException">The command did not end within the limit and was killed.</exception>
    public static async Task<CommandResult> RunAsync(IReadOnlyList<string> argv, CancellationToken cancel, string? input = null, TimeSpan? limit = null)
    {
        using var process = Start(argv);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(limit ?? DefaultLimit);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        try
        {
            await WriteInputAsync(process, input);
            await process.WaitForExitAsync(deadline.Token);
            return new CommandResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancel.ThrowIfCancellationRequested();
            throw new CommandException(argv, new CommandResult(-1, "", $"not finished after {limit ?? DefaultLimit}"));
        }
    }

    private static async Task WriteInputAsync(Process process, string? input)
    {
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading its input; its exit code tells the rest.
        }
    }

    private static Process Start(IReadOnlyList<string> argv)
    {
        var info = new ProcessStartInfo(argv[0], argv.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return Process.Start(info)!;
    }
}
