using System.Net;
using k8s.Autorest;

namespace Rebalancer.Agent.Network.Addresses;

/// <summary>One call about an address at the API server: within a limit, and with the answers that are no failure told from those that are.</summary>
internal static class RecordCall
{
    // kubelet's own limit for a sandbox is minutes; the plugin waits 30 seconds for all of its calls.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <returns>False: the server gave one of these refusals.</returns>
    /// <exception cref="HttpOperationException">Any other refusal.</exception>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    public static async Task<bool> TryAsync(HttpStatusCode[] refusals, Func<CancellationToken, Task> call, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            await call(limit.Token);
            return true;
        }
        catch (HttpOperationException e) when (refusals.Contains(e.Response.StatusCode))
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"the API server did not answer within {Limit.TotalSeconds} s");
        }
    }
}
