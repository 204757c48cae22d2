using Rebalancer.Cli.Cluster;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Cli.Moves;

/// <summary>Watches a Migration until it has ended.</summary>
internal sealed class MoveFollower(ApiClient client, TimeProvider clock)
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <returns>As it was seen last, ended or not when the time was up; null: it was deleted.</returns>
    public async Task<Migration?> FollowAsync(Migration migration, TimeSpan limit, MoveDisplay? display, CancellationToken cancellation)
        => display is null ? await LoopAsync(migration, limit, static (_, _) => { }, cancellation) : await display.ShowAsync(show => LoopAsync(migration, limit, show, cancellation));

    private async Task<Migration?> LoopAsync(Migration migration, TimeSpan limit, Action<Migration, TimeSpan> show, CancellationToken cancellation)
    {
        var start = clock.GetTimestamp();
        var last = migration;
        while (true)
        {
            show(last, clock.GetElapsedTime(start));
            if (Phases.IsFinal(last.Status.Phase) || clock.GetElapsedTime(start) >= limit)
            {
                return last;
            }

            await Task.Delay(Interval, clock, cancellation);
            try
            {
                if (await client.GetAsync<Migration>(ApiResource.Migrations, migration.Metadata.NamespaceProperty, migration.Metadata.Name, cancellation) is not { } now)
                {
                    return null;
                }

                last = now;
            }
            catch (Exception e) when (ClusterAction.MayPass(e))
            {
                // The move goes on without the API server for a while, and so does whoever watches it.
            }
        }
    }
}
