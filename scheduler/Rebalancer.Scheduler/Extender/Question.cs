using Rebalancer.Model;
using Rebalancer.Policy.Scoring.Live;

namespace Rebalancer.Scheduler.Extender;

/// <summary>A request prepared for its answer: all of it is answered from one index.</summary>
internal sealed class Question(ExtenderArgs args, LiveIndex index, PodInfo pod, ClaimedMove? move) : IDisposable
{
    public ExtenderArgs Args => args;

    public LiveIndex Index => index;

    public PodInfo Pod => pod;

    /// <summary>The move whose copy the pod becomes; null for every other pod.</summary>
    public ClaimedMove? Move => move;

    public PodScorer Scorer { get; } = index.For(pod, move?.SourceNode);

    /// <summary>Null for a node that is not known here, such as one that appeared just now.</summary>
    public LiveNode? Find(ReadOnlySpan<byte> name) => index.Find(name) is var number and >= 0 ? index[number] : null;

    public void Dispose() => args.Dispose();
}
