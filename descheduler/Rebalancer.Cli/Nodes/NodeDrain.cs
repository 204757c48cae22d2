using System.Globalization;
using k8s.Models;
using Rebalancer.Cli.Cluster;
using Rebalancer.Cli.Output;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Cli.Nodes;

/// <summary>Announces a node's maintenance, upon which the descheduler moves its pods away, and watches them go.</summary>
internal sealed class NodeDrain(ApiClient client, TimeProvider clock)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <param name="reason">For people.</param>
    public Task BeginAsync(string node, string reason, CancellationToken cancellation) => MarkAsync(node, true, reason, cancellation);

    public Task UndoAsync(string node, CancellationToken cancellation) => MarkAsync(node, null, null, cancellation);

    /// <summary>Until no pod is left that can move, or the time is up; at least one look.</summary>
    /// <param name="tell">A line whenever the numbers change.</param>
    public async Task<DrainReport> FollowAsync(string node, TimeSpan limit, Action<string> tell, CancellationToken cancellation)
    {
        var start = clock.GetTimestamp();
        var told = "";
        DrainReport? last = null;
        while (true)
        {
            try
            {
                last = await LookAsync(node, cancellation);
            }
            catch (Exception e) when (last is not null && ClusterAction.MayPass(e))
            {
                // Pods go on leaving without the API server for a while.
            }

            var elapsed = clock.GetElapsedTime(start);
            var line = $"{Words.Count(last.Leaving.Count, "pod")} leaving, {last.Waiting.Count} waiting, {last.Immovable.Count} that cannot move";
            if (line != told)
            {
                tell(string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalSeconds,7:0.0} s  {line}"));
                told = line;
            }

            if (last.IsDone || elapsed >= limit)
            {
                return last;
            }

            await Task.Delay(Interval, clock, cancellation);
        }
    }

    private async Task<DrainReport> LookAsync(string name, CancellationToken cancellation)
    {
        var node = await client.GetAsync<V1Node>(ApiResource.Nodes, null, name, cancellation) ?? throw CliException.NotFound("node", name);
        var pods = await client.ListAsync<V1Pod>(ApiResource.Pods, cancellation, selector: "fieldSelector=" + Uri.EscapeDataString("spec.nodeName=" + name));
        var migrations = await client.ListAsync<Migration>(ApiResource.Migrations, cancellation, selector: "labelSelector=" + Uri.EscapeDataString($"{Names.SourceNodeLabel}={name}"));
        return DrainReport.Of(node, pods, migrations);
    }

    private async Task MarkAsync(string name, bool? closed, string? reason, CancellationToken cancellation)
    {
        _ = await client.GetAsync<V1Node>(ApiResource.Nodes, null, name, cancellation) ?? throw CliException.NotFound("node", name);
        var patch = new Dictionary<string, object>
        {
            ["metadata"] = new Dictionary<string, object> { ["annotations"] = new Dictionary<string, string?> { [Names.Maintenance] = reason } },
            ["spec"] = new Dictionary<string, object?> { ["unschedulable"] = closed },
        };
        await client.MergeAsync<V1Node>(ApiResource.Nodes, null, name, patch, cancellation);
    }
}
