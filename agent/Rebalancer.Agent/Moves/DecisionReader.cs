using k8s.Autorest;
using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Cluster;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>Asks for and reads the one decision of a move. What it returns was read from the API server, never assumed.</summary>
internal sealed class DecisionReader(IClusterApi api, MigrationBook book, TimeProvider clock, Random random, ILogger log)
{
    /// <summary>Tries for ever to have the move decided, and returns what was decided, by whomever. Null: the Migration does not exist any more.</summary>
    /// <param name="wish">Asked before every try: what to ask for, with reason and message.</param>
    public async Task<Migration?> SettleAsync(Migration migration, Func<Wish> wish, CancellationToken cancellation)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(2), random, clock);
        while (true)
        {
            // The watch may have brought it already: nobody needs to be asked then, nor told of a reason that only follows from it.
            if (book.Find(migration.Metadata.Uid) is { Status.Decision: not Decision.None } known) { return known; }
            try
            {
                var (decision, reason, message) = wish();
                var answer = await api.DecideAsync(migration, decision, reason, message, cancellation)
                    ?? await api.ReadMigrationAsync(migration.Metadata.NamespaceProperty, migration.Metadata.Name, cancellation);
                if (answer is null || answer.Metadata.Uid != migration.Metadata.Uid) { return null; }
                book.Put(answer);
                if (answer.Status.Decision != Decision.None) { return answer; }
            }
            catch (Exception e) when (IsTransient(e))
            {
                log.LogWarning("Migration {Name}: the decision is not known yet: {Cause}", migration.Metadata.Name, e.Message);
            }
            await backoff.WaitAsync(cancellation);
        }
    }

    /// <summary>The decision as it stands at the API server now; throws what <see cref="IsTransient"/> knows when that cannot be told.</summary>
    public async Task<string> ReadAsync(Migration migration, CancellationToken cancellation)
    {
        var read = await api.ReadMigrationAsync(migration.Metadata.NamespaceProperty, migration.Metadata.Name, cancellation);
        if (read is null || read.Metadata.Uid != migration.Metadata.Uid) { return Decision.None; }
        book.Put(read);
        return read.Status.Decision;
    }

    public static bool IsTransient(Exception e) => e is HttpOperationException or HttpRequestException or TimeoutException or IOException;
}

internal readonly record struct Wish(string Decision, string? Reason, string? Message);
