using System.Threading.Channels;

namespace Rebalancer.Lab.Kubelet;

/// <summary>A signal that is remembered until it is waited for, once however often it was given.</summary>
internal sealed class Wakeup(TimeProvider time)
{
    private readonly Channel<bool> signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => signal.Writer.TryWrite(true);

    /// <summary>Returns at the signal or when the limit is over.</summary>
    public async Task WaitAsync(TimeSpan limit, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            await signal.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The limit is over.
        }
    }
}
