using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Policy.Constraints;
using Rebalancer.Policy.Cost;

namespace Rebalancer.Planning;

/// <summary>Chooses the cheapest node that fits each pod. Pure: the same snapshot gives the same answer.</summary>
public sealed class TargetChooser(NodePricing pricing)
{
    /// <param name="isAvoided">Nodes that are no choice, whatever they cost.</param>
    public TargetChoice Choose(ClusterSnapshot snapshot, PodInfo pod, Func<NodeInfo, bool>? isAvoided = null) => ChooseAll(snapshot, [pod], isAvoided)[0];

    /// <summary>
    /// Places several pods that leave at the same time; what one takes the next no longer has. Higher priority first, then the largest memory,
    /// so that the ones that are hard to place find room. Answers in the order asked.
    /// </summary>
    public ImmutableArray<TargetChoice> ChooseAll(ClusterSnapshot snapshot, ImmutableArray<PodInfo> pods, Func<NodeInfo, bool>? isAvoided = null)
    {
        var fit = new TargetFit(snapshot, pods);
        var prices = snapshot.Nodes.ToDictionary(n => n.Name, pricing.PriceOf, StringComparer.Ordinal);
        var byCost = snapshot.Nodes.Where(n => isAvoided?.Invoke(n) != true).OrderBy(n => prices[n.Name].PerHour).ThenBy(n => n.Name, StringComparer.Ordinal).ToList();
        var chosen = new TargetChoice[pods.Length];
        var order = Enumerable.Range(0, pods.Length)
            .OrderByDescending(i => pods[i].Priority)
            .ThenByDescending(i => pods[i].Requests[ResourceSet.Memory])
            .ThenBy(i => pods[i].FullName, StringComparer.Ordinal);
        foreach (var i in order)
        {
            chosen[i] = ChooseOne(byCost, prices, fit, pods[i]);
            if (chosen[i].Node is { } node)
            {
                fit.Take(node, pods[i]);
            }
        }

        return [.. chosen];
    }

    /// <summary>Null if the pod may go to the node, else the first thing against it.</summary>
    public static Rejection? Check(ClusterSnapshot snapshot, PodInfo pod, string nodeName)
        => snapshot.Node(nodeName) is { } node
            ? new TargetFit(snapshot, [pod]).Check(pod, node)
            : new Rejection(nodeName, RejectionKind.Unknown, "there is no node of this name");

    /// <summary>A processor that can go on where the pod's stopped counts before the price: elsewhere the agents would have to refuse the move.</summary>
    private static TargetChoice ChooseOne(List<NodeInfo> byCost, Dictionary<string, NodePrice> prices, TargetFit fit, PodInfo pod)
    {
        var rejections = ImmutableArray.CreateBuilder<Rejection>();
        var fitting = new List<NodeInfo>();
        foreach (var node in byCost)
        {
            if (fit.Check(pod, node) is { } rejection)
            {
                rejections.Add(rejection);
            }
            else
            {
                fitting.Add(node);
            }
        }

        var best = fitting.Find(n => fit.CpuMayGoOn(pod, n)) ?? fitting.FirstOrDefault();
        rejections.Sort(static (a, b) => string.CompareOrdinal(a.Node, b.Node));
        return new TargetChoice(pod, best?.Name, best is null ? null : prices[best.Name], rejections.ToImmutable());
    }
}
