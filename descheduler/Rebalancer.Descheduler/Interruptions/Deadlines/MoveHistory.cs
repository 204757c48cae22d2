using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;

namespace Rebalancer.Descheduler.Interruptions.Deadlines;

/// <summary>What the moves that have ended tell about the next: how fast nodes send, how large workloads are, how long the rest takes. Pure.</summary>
internal sealed class MoveHistory
{
    /// <summary>Of a node that has sent nothing yet, in a pool and a cluster that has not either: two fifths of 1 Gbit/s.</summary>
    public const double UnknownBytesPerSecond = 50_000_000;

    /// <summary>Of a pod that asks for no memory and has never moved.</summary>
    public const long UnknownBytes = 256L << 20;

    /// <summary>Beside the copying, where no move has been seen: twice what this project's own moves take.</summary>
    public const double UnknownRestSeconds = 3;

    /// <summary>Conditions change: only the latest count, of a node, of a pool, of the cluster.</summary>
    private const int MaxSamples = 10;

    private readonly IReadOnlyList<MoveSample> newestFirst;
    private readonly IReadOnlyDictionary<string, string> poolByNode;
    private readonly double restSeconds;

    /// <param name="poolByNode">Of the nodes that are there now.</param>
    public MoveHistory(IEnumerable<Migration> migrations, IReadOnlyDictionary<string, string> poolByNode)
    {
        newestFirst = [.. migrations.Select(MoveSample.Of).OfType<MoveSample>().OrderByDescending(sample => sample.At)];
        this.poolByNode = poolByNode;
        restSeconds = Median(newestFirst.Take(MaxSamples).Select(sample => sample.RestSeconds)) ?? UnknownRestSeconds;
    }

    /// <summary>Everything of a move but its copying, as it usually is.</summary>
    public TimeSpan Rest => TimeSpan.FromSeconds(restSeconds);

    /// <summary>As the node was measured, else its pool, else the cluster.</summary>
    public double BytesPerSecond(string node)
    {
        var pool = poolByNode.GetValueOrDefault(node);
        return Measured(sample => sample.Node == node)
            ?? (pool is null ? null : Measured(sample => poolByNode.GetValueOrDefault(sample.Node) == pool))
            ?? Measured(_ => true)
            ?? UnknownBytesPerSecond;
    }

    /// <summary>As the workload was when it last moved; where it never did, what its pod asks for.</summary>
    public MoveSize SizeOf(V1Pod pod)
    {
        var owner = pod.Metadata.OwnerReferences?.FirstOrDefault(reference => reference.Controller == true)?.Uid;
        var workload = owner ?? $"{pod.Metadata.NamespaceProperty}/{pod.Metadata.Name}";
        if (newestFirst.FirstOrDefault(sample => sample.Workload == workload) is { } last)
        {
            return last.Size;
        }

        var asked = PodMapping.ToModel(pod, []).Requests[ResourceSet.Memory].Units;
        return new MoveSize(asked > 0 ? asked : UnknownBytes, null);
    }

    private double? Measured(Func<MoveSample, bool> counts) => Median(newestFirst.Where(counts).Select(sample => sample.BytesPerSecond).OfType<double>().Take(MaxSamples));

    private static double? Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? null : sorted[(sorted.Length - 1) / 2];
    }
}
