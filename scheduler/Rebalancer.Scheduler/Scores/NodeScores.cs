using System.Buffers;
using Rebalancer.Scheduler.Extender;

namespace Rebalancer.Scheduler.Scores;

/// <summary>The scores of all nodes of a request, in its order.</summary>
internal static class NodeScores
{
    /// <summary>A node that is not known here.</summary>
    private const double Unknown = double.PositiveInfinity;

    /// <returns>Rented from the pool; give it back.</returns>
    public static int[] Of(Question question)
    {
        var nodes = question.Args.Nodes;
        var scores = ArrayPool<int>.Shared.Rent(nodes.Length);
        if (question.Move is { } move)
        {
            for (var i = 0; i < nodes.Length; i++)
            {
                scores[i] = move.IsTarget(question.Args.Name(nodes[i])) ? ScoreScale.Best : ScoreScale.Worst;
            }

            return scores;
        }

        var costs = ArrayPool<double>.Shared.Rent(nodes.Length);
        var least = Unknown;
        for (var i = 0; i < nodes.Length; i++)
        {
            costs[i] = question.Find(question.Args.Name(nodes[i])) is { } node ? question.Scorer.Score(node).UsdPerHour : Unknown;
            least = Math.Min(least, costs[i]);
        }

        for (var i = 0; i < nodes.Length; i++)
        {
            scores[i] = double.IsFinite(costs[i]) ? ScoreScale.Of(costs[i], least) : ScoreScale.Worst;
        }

        ArrayPool<double>.Shared.Return(costs);
        return scores;
    }
}
