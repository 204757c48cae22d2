using System.Diagnostics;
using System.Globalization;
using Rebalancer.Benchmarks.Migration.Measuring;
using Rebalancer.Benchmarks.Migration.Methods;
using Rebalancer.Lab.Nodes;

namespace Rebalancer.Benchmarks.Migration.ByHand;

/// <summary>A node's end of the file copy: a process of its own in the node's network, waiting before the first move.</summary>
internal sealed class FileCarrier : IAsyncDisposable
{
    private const int Port = 9500;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10);
    private readonly LabNode node;
    private readonly Process process;

    private FileCarrier(LabNode node, Process process)
    {
        this.node = node;
        this.process = process;
    }

    /// <param name="into">Folder in the node where files arrive; exists.</param>
    public static async Task<FileCarrier> StartAsync(LabNode node, string into, CpuMeter meter, CancellationToken cancel)
    {
        string[] carry = ["dotnet", typeof(FileCarrier).Assembly.Location, CarryCommand.Verb, "--listen", $"{node.Address}:{Port}", "--into", node.Root + into];
        var argv = meter.Join(node.Namespaces.EnterNetworkOnly(carry));
        var process = Process.Start(new ProcessStartInfo(argv[0], argv.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var ready = await process.StandardOutput.ReadLineAsync(cancel).AsTask().WaitAsync(StartLimit, cancel);
        return ready == CarryCommand.Ready ? new FileCarrier(node, process) : throw new InvalidOperationException($"the carrier of {node.Name} did not start: {ready}");
    }

    /// <returns>Bytes sent, once the other end has written them all.</returns>
    /// <exception cref="MoveFailedException">They did not all arrive.</exception>
    public async Task<long> SendAsync(string folder, FileCarrier to, TimeSpan limit, CancellationToken cancel)
    {
        await process.StandardInput.WriteLineAsync($"{node.Root}{folder} {to.node.Address}:{Port}".AsMemory(), cancel);
        await process.StandardInput.FlushAsync(cancel);
        var answer = await process.StandardOutput.ReadLineAsync(cancel).AsTask().WaitAsync(limit, cancel);
        return answer?.Split(' ') is ["sent", var bytes] ? long.Parse(bytes, CultureInfo.InvariantCulture)
            : throw new MoveFailedException($"copy from {node.Name} to {to.node.Name}: {answer ?? "the carrier ended"}", isAlive: false);
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None).WaitAsync(EndLimit);
        process.Dispose();
    }
}
