using System.Diagnostics;
using System.Globalization;
using System.Text;
using Rebalancer.Benchmarks.Migration.Measuring;
using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Benchmarks.Migration.ByHand;

/// <summary>A shell that waits in a node for the next command, as a user's would, so that no move waits for one to start.</summary>
internal sealed class NodeShell : IAsyncDisposable
{
    private const string Mark = "=rebalancer-bench=";
    private const int OutputLines = 1000;
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);
    private readonly string node;
    private readonly Process process;

    private NodeShell(string node, Process process)
    {
        this.node = node;
        this.process = process;
    }

    public static NodeShell Start(LabNode node, CpuMeter meter)
    {
        var argv = meter.Join(node.Namespaces.Enter("bash"));
        var info = new ProcessStartInfo(argv[0], argv.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true };
        return new NodeShell(node.Name, Process.Start(info)!);
    }

    /// <summary>Runs a script to its end; one at a time.</summary>
    /// <param name="script">Stops at the first command that fails.</param>
    /// <returns>What it printed.</returns>
    /// <exception cref="CommandException">A command failed, or the script did not end within the limit.</exception>
    public async Task<string> RunAsync(string script, TimeSpan limit, CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(limit);
        try
        {
            await process.StandardInput.WriteAsync($"( set -e\n{script}\n) </dev/null 2>&1; echo {Mark}$?\n".AsMemory(), deadline.Token);
            await process.StandardInput.FlushAsync(deadline.Token);
            return await ReadAsync(script, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw Failure(script, -1, $"not finished after {limit}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None).WaitAsync(EndLimit);
        process.Dispose();
    }

    private async Task<string> ReadAsync(string script, CancellationToken cancel)
    {
        var output = new StringBuilder();
        for (var lines = 0; lines < OutputLines; lines++)
        {
            var line = await process.StandardOutput.ReadLineAsync(cancel) ?? throw Failure(script, -1, "the shell ended");
            if (line.IndexOf(Mark, StringComparison.Ordinal) is var at and >= 0)
            {
                output.Append(line.AsSpan(0, at));
                var code = int.Parse(line.AsSpan(at + Mark.Length), CultureInfo.InvariantCulture);
                return code == 0 ? output.ToString() : throw Failure(script, code, output.ToString());
            }

            output.AppendLine(line);
        }

        throw Failure(script, -1, $"it printed more than {OutputLines} lines");
    }

    private CommandException Failure(string script, int code, string output) => new([$"in {node}:", script], new CommandResult(code, output, ""));
}
