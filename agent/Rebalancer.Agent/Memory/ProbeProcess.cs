using System.Globalization;
using Rebalancer.Agent.Checkpoint;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Memory;

/// <summary>A program of ours that ends when its input does; every answer is a line.</summary>
internal sealed class ProbeProcess : IProbeTarget, IDisposable
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);
    private readonly Child starter;

    private ProbeProcess(Child starter, int pid, PageRange first, PageRange beside) => (this.starter, Pid, First, Beside) = (starter, pid, first, beside);

    public int Pid { get; }

    public PageRange First { get; }

    public PageRange Beside { get; }

    /// <param name="program">rebalancer-runc.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="MoveException">It does not come up.</exception>
    public static async Task<ProbeProcess> StartAsync(string program, CancellationToken cancellation)
    {
        var starter = await Child.StartHelperAsync(program, ["probe"], "the probe of page tracking", Reasons.CheckpointFailed, cancellation);
        try
        {
            var numbers = (await AnswerAsync(starter, cancellation)).Split(' ').Select(word => ulong.Parse(word, NumberStyles.None, CultureInfo.InvariantCulture)).ToList();
            return new ProbeProcess(starter, (int)numbers[0], new PageRange(numbers[1], numbers[1] + numbers[3]), new PageRange(numbers[2], numbers[2] + numbers[3]));
        }
        catch
        {
            End(starter);
            throw;
        }
    }

    public async Task DoAsync(ProbeStep step, CancellationToken cancellation)
    {
        var command = step switch { ProbeStep.Write => 'w', ProbeStep.ProtectAndWrite => 'p', ProbeStep.MapBeside => 'n', _ => 'm' };
        await starter.Process.StandardInput.WriteAsync(command);
        await starter.Process.StandardInput.FlushAsync(cancellation);
        _ = await AnswerAsync(starter, cancellation);
    }

    public void Dispose() => End(starter);

    private static async Task<string> AnswerAsync(Child starter, CancellationToken cancellation)
    {
        try
        {
            return await starter.Process.StandardOutput.ReadLineAsync(cancellation).AsTask().WaitAsync(AnswerLimit, cancellation)
                ?? throw new MoveException(Reasons.CheckpointFailed, $"the probe of page tracking ended: {starter.Errors}");
        }
        catch (TimeoutException)
        {
            throw new MoveException(Reasons.CheckpointFailed, $"the probe of page tracking did not answer within {AnswerLimit.TotalSeconds} s");
        }
    }

    private static void End(Child starter)
    {
        starter.Process.StandardInput.Close();
        starter.Dispose();
    }
}
