using System.Globalization;
using Rebalancer.Model;
using Rebalancer.Policy.Cost.Catalogue;
using Rebalancer.Policy.Risk.Baseline;
using Rebalancer.Policy.Risk.Learned;

namespace Rebalancer.Policy.Risk;

/// <summary>
/// A node's hazard over the coming day, from all that is known: the advisor's rate or the pool's own record, the node's age, interruptions of its peers, and a
/// recommendation of the cloud. Where a model was trained and the pool's situation is known, the model stands in the place of rate and age. What is written on
/// the node is a statement, and stays.
/// </summary>
/// <param name="history">What has happened up to now.</param>
/// <param name="learned">A trained model, if there is one.</param>
public sealed class NodeHazard(IHazardModel advisor, InterruptionHistory history, TimeProvider clock, RiskModel? learned = null) : IHazardModel
{
    /// <summary>The advisor's rate is a mean over the month, and so is the age factor 1 in the mean over it.</summary>
    public static readonly WeibullAge Age = WeibullAge.WithMeanOneOver(HoursPerMonth, WeibullAge.UsualShape);

    /// <summary>
    /// A cloud that recommends to leave expects interruptions, and says so for many machines of which few go. No public record tells how many: the hazard is
    /// taken ten times as high, which makes other nodes better without emptying this one by itself.
    /// </summary>
    public const double RecommendedFactor = 10;

    /// <summary>Set by AWS's node termination handler when EC2 recommends to leave.</summary>
    public const string RecommendationTaint = "aws-node-termination-handler/rebalance-recommendation";

    private const double HoursPerMonth = 730;
    private const double HoursAhead = 24;

    /// <summary>Interruptions of a pool that outweigh the advisor.</summary>
    private const double PriorInterruptions = 2;

    public static NodeHazard Of(ClusterSnapshot snapshot, TimeProvider clock) => new(new AdvisorHazard(Ec2Catalogue.Instance), InterruptionHistory.Of(snapshot, clock.GetUtcNow()), clock);

    public Hazard HazardOf(NodeInfo node)
    {
        var listed = advisor.HazardOf(node);
        if (listed.PerHour <= 0 || node.Machine.Capacity != CapacityType.Spot || AdvisorHazard.Written(node) is not null)
        {
            return listed;
        }

        var now = clock.GetUtcNow();
        var pool = node.Machine.Pool;
        var load = history.PeerLoad(pool, node.Name, now);
        var (perHour, basis) = learned is not null && history.Situations.TryGetValue(pool, out var situation)
            ? (learned.HazardPerHour(situation with { HeldHours = HeldHours(node, now) ?? situation.HeldHours, PeerLoad = load }), "trained model")
            : Composed(node, listed, load, now);
        if (node.Taints.Any(t => t.Key == RecommendationTaint))
        {
            (perHour, basis) = (perHour * RecommendedFactor, basis + ", the cloud recommends to leave");
        }

        return new Hazard(Math.Min(perHour, AdvisorHazard.MaxPerHour), basis);
    }

    private (double PerHour, string Basis) Composed(NodeInfo node, Hazard listed, double load, DateTimeOffset now)
    {
        var (interruptions, hours) = history.Record(node.Machine.Pool, now);
        var (perHour, basis) = hours > 0
            ? ((interruptions + PriorInterruptions) / (hours + (PriorInterruptions / listed.PerHour)), Text($"{interruptions} interruptions in {hours:0} h of its pool, {listed.Basis}"))
            : (listed.PerHour, listed.Basis);
        if (HeldHours(node, now) is { } held)
        {
            var factor = Age.Between(held, held + HoursAhead) / HoursAhead;
            (perHour, basis) = (perHour * factor, Text($"{basis}, x {factor:0.##} at its age"));
        }

        var added = PeerBoost.Usual.Over(load, HoursAhead) / HoursAhead;
        return added > 0 ? (perHour + added, basis + ", peers were interrupted") : (perHour, basis);
    }

    /// <summary>
    /// In steps, each twice as long as the last, from an hour on: a figure that changed at every look would be written on the node at every look. A node from the future has no age.
    /// </summary>
    private static double? HeldHours(NodeInfo node, DateTimeOffset now)
    {
        if (node.CreatedAt is not { } created || created > now) { return null; }
        var hours = (now - created).TotalHours;
        return hours < 1 ? 0 : Math.Pow(2, Math.Floor(Math.Log2(hours)));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
