using Rebalancer.Kubernetes.Api;
using Rebalancer.Ledger.Entries;

namespace Rebalancer.Ledger.Tests.World;

/// <summary>A cluster's history by a seed: few names for many nodes, machines that come back, plans that want the same nodes, prices that change.</summary>
internal static class RandomWorld
{
    private const int Names = 4;
    private static readonly string[] Ends = [Phases.Succeeded, Phases.RolledBack, Phases.Failed, Phases.Freezing];
    private static readonly string[] Reasons = [MoveReasons.Consolidation, MoveReasons.Interruption, MoveReasons.Eviction, MoveReasons.Maintenance, MoveReasons.Manual];

    public static LedgerEntry[] Of(int seed)
    {
        var random = new Random(seed);
        return [.. Nodes(random), .. Plans(random), .. Moves(random)];
    }

    private static IEnumerable<LedgerEntry> Nodes(Random random)
    {
        for (var i = 0; i < 12; i++)
        {
            var created = random.Next(-50, 40) + random.NextDouble();
            var machine = random.Next(3) switch { 0 => "", 1 => $"aws:///us-east-1a/i-{random.Next(3)}", _ => $"aws:///us-east-1a/i-{100 + i}" };
            yield return Given.Node($"n{i}", created, random.Next(2) == 0 ? created + (random.NextDouble() * 60) : null, $"node-{random.Next(Names)}", machine) with { Version = random.Next(1, 100) };
            for (var p = random.Next(4); p > 0; p--)
            {
                yield return Given.Price($"n{i}", created + (random.NextDouble() * 30), random.Next(1, 2_000_000) / 1_000_000m, random.Next(4) == 0 ? "default/commitments[0]" : "");
            }
        }
    }

    private static IEnumerable<LedgerEntry> Plans(Random random)
    {
        for (var i = 0; i < 5; i++)
        {
            var plan = Given.Plan($"p{i}", random.Next(-20, 40), random.Next(1, 48), random.Next(1, 100) / 100m, [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"node-{random.Next(Names)}")]);
            yield return random.Next(5) == 0 ? plan with { StartedAt = null, CompletedAt = null } : plan with { NewNodes = [new PlannedNode("new", 0.1m, "m5.large")], Version = random.Next(1, 100) };
        }
    }

    private static IEnumerable<LedgerEntry> Moves(Random random)
    {
        for (var i = 0; i < 10; i++)
        {
            yield return Given.Move(
                $"m{i}", Ends[random.Next(Ends.Length)], Reasons[random.Next(Reasons.Length)], random.Next(2) == 0 ? $"p{random.Next(5)}" : "", random.Next(-20, 60), random.Next(0, 5000), random.NextInt64(5_000_000_000));
        }
    }
}
