using k8s;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Spectre.Console;

namespace Rebalancer.Cli.Nodes;

/// <summary>Announces maintenance of a node, by the annotation that anyone may set, and waits until its pods have left live. It evicts nothing.</summary>
internal sealed class NodeDrain(ApiClient client, IAnsiConsole console, TextWriter errors, TimeProvider clock)
{
    private const int PageSize = 500;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    /// <returns>0: the node is empty; 1: it is not, or there is no such node.</returns>
    public async Task<int> RunAsync(string node, string reason, TimeSpan limit, CancellationToken cancellation)
    {
        if (!await AnnotateAsync(node, reason, cancellation))
        {
            return 1;
        }

        var started = clock.GetTimestamp();
        var shown = "";
        while (true)
        {
            var pods = await ListAsync<V1Pod>(ApiResource.Pods, $"fieldSelector={Uri.EscapeDataString("spec.nodeName=" + node)}&", cancellation);
            var progress = DrainProgress.Of(pods, await ListAsync<Migration>(ApiResource.Migrations, "", cancellation), clock.GetUtcNow());
            if (progress.IsEmpty)
            {
                console.WriteLine($"node {node} is empty; kubectl rebalancer drain {node} --undo takes the announcement back");
                return 0;
            }

            var isOver = clock.GetElapsedTime(started) >= limit;
            if (progress.IsStuck || isOver)
            {
                foreach (var line in progress.Staying.Select(pod => $"stays: {pod}").Concat(progress.Moving.Select(pod => $"has not left yet: {pod}")))
                {
                    await errors.WriteLineAsync(line);
                }

                await errors.WriteLineAsync($"node {node} stays announced; kubectl drain evicts what is left");
                return 1;
            }

            var now = $"{progress.Moving.Length} pods leave, {progress.Staying.Length} stay";
            if (now != shown)
            {
                console.WriteLine(shown = now);
            }

            await Task.Delay(Look, clock, cancellation);
        }
    }

    /// <returns>0, or 1 where there is no such node.</returns>
    public async Task<int> UndoAsync(string node, CancellationToken cancellation)
    {
        if (!await AnnotateAsync(node, null, cancellation))
        {
            return 1;
        }

        console.WriteLine($"node {node} is no longer announced");
        return 0;
    }

    private async Task<bool> AnnotateAsync(string node, string? reason, CancellationToken cancellation)
    {
        var patch = new Dictionary<string, object> { ["metadata"] = new Dictionary<string, object> { ["annotations"] = new Dictionary<string, string?> { [Names.Maintenance] = reason } } };
        try
        {
            await client.MergeAsync<V1Node>(ApiResource.Nodes, null, node, patch, cancellation);
            return true;
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            await errors.WriteLineAsync($"there is no node {node}");
            return false;
        }
    }

    private async Task<List<T>> ListAsync<T>(ApiResource resource, string query, CancellationToken cancellation)
    {
        List<T> all = [];
        for (var token = ""; ;)
        {
            using var page = await client.ListPageAsync(resource, $"{query}limit={PageSize}" + (token.Length > 0 ? "&continue=" + Uri.EscapeDataString(token) : ""), cancellation);
            all.AddRange(page.RootElement.GetProperty("items").EnumerateArray().Select(item => KubernetesJson.Deserialize<T>(item)));
            token = page.RootElement.GetProperty("metadata").TryGetProperty("continue", out var next) ? next.GetString() ?? "" : "";
            if (token.Length == 0)
            {
                return all;
            }
        }
    }
}
