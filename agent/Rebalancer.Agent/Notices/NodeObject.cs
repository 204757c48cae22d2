using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Rebalancer.Agent.Notices;

/// <summary><see cref="INodeObject"/> on the API server.</summary>
internal sealed class NodeObject(IKubernetes kubernetes, AgentOptions options) : INodeObject
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    public Task<V1Node> ReadAsync(CancellationToken cancellation) =>
        LimitAsync(limit => kubernetes.CoreV1.ReadNodeAsync(options.Node, cancellationToken: limit), cancellation);

    public async Task<bool> TryReplaceAsync(V1Node node, CancellationToken cancellation)
    {
        try
        {
            await LimitAsync(limit => kubernetes.CoreV1.ReplaceNodeAsync(node, options.Node, cancellationToken: limit), cancellation);
            return true;
        }
        catch (HttpOperationException e) when (e.Response.StatusCode == HttpStatusCode.Conflict)
        {
            return false;
        }
    }

    private static async Task<T> LimitAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            return await call(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"the API server did not answer within {Limit.TotalSeconds} s");
        }
    }
}
