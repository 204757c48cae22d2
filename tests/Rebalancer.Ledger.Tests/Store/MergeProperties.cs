using FsCheck.Xunit;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Ledger.Entries;
using Rebalancer.Ledger.Tests.World;

namespace Rebalancer.Ledger.Tests.Store;

/// <summary>Observations arrive late, twice, and in another order after a restart.</summary>
public sealed class MergeProperties
{
    [Property(MaxTest = 20)]
    public bool Write_AnyOrderAndRepetition_SameContent(int seed)
    {
        var random = new Random(seed);
        var entries = RandomWorld.Of(seed).SelectMany(e => Histories(e, random)).ToArray();
        using var once = new TemporaryLedger();
        using var again = new TemporaryLedger();
        once.Write(entries);

        var shuffled = entries.Concat(entries.Where(_ => random.Next(2) == 0)).ToArray();
        random.Shuffle(shuffled);
        foreach (var batch in shuffled.Chunk(7))
        {
            again.Write(batch);
        }

        return once.Content() == again.Content();
    }

    /// <summary>The same object as it was earlier.</summary>
    private static IEnumerable<LedgerEntry> Histories(LedgerEntry entry, Random random) => entry switch
    {
        PlanEntry plan => [plan, plan with { Version = plan.Version + 100 }, plan with { Version = 0, Phase = PlanPhases.Proposed, StartedAt = null, CompletedAt = null }],
        MoveEntry move =>
        [
            move,
            move with { Version = 0, Phase = Phases.Preflight, CompletedAt = null, FreezeMs = 0, Bytes = 0, Value = move.Value! with { At = move.Value.At.AddHours(random.Next(1, 5)), UsdPerRestart = 9 } },
            move with { Version = 0, Phase = Phases.Preflight, CompletedAt = null, FreezeMs = 0, Bytes = 0, Value = null },
        ],
        NodeEntry node =>
        [
            node,
            node with { Version = 0, SeenAt = node.SeenAt.AddHours(1), GoneAt = null, ProviderId = "" },
            .. node.GoneAt is { } gone ? [node with { GoneAt = gone.AddHours(2) }] : Array.Empty<LedgerEntry>(),
        ],
        _ => [entry],
    };
}
