using System.Net;
using k8s.Autorest;
using Rebalancer.Agent.Cluster;

namespace Rebalancer.Agent.Network.Addresses;

/// <summary>One call about an address at the API server: within a limit, and with the answers that are no failure told from those that are.</summary>
internal static class RecordCall
{
    /// <returns>False: the server gave one of these refusals.</returns>
    /// <exception cref="HttpOperationException">Any other refusal.</exception>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    public static async Task<bool> TryAsync(HttpStatusCode[] refusals, Func<CancellationToken, Task> call, CancellationToken cancellation)
    {
        try
        {
            return await ClusterApi.LimitAsync(async limit =>
            {
                await call(limit);
                return true;
            }, cancellation);
        }
        catch (HttpOperationException e) when (refusals.Contains(e.Response.StatusCode))
        {
            return false;
        }
    }
}
