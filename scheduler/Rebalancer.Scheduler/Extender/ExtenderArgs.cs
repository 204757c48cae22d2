using System.Buffers;

namespace Rebalancer.Scheduler.Extender;

/// <summary>
/// k8s.io/kube-scheduler/extender/v1 ExtenderArgs, as places in the body it was read from: a pod, and either names of nodes or, from a scheduler that is
/// configured without nodeCacheCapable, whole nodes.
/// </summary>
internal sealed class ExtenderArgs(byte[] body) : IDisposable
{
    private const int FirstSize = 1024;
    private NodeSlice[] nodes = ArrayPool<NodeSlice>.Shared.Rent(FirstSize);

    public PodHead Pod { get; set; }

    /// <summary>Whole nodes were sent, and are expected back.</summary>
    public bool WholeNodes { get; set; }

    public int Count { get; private set; }

    public ReadOnlySpan<NodeSlice> Nodes => nodes.AsSpan(0, Count);

    public ReadOnlySpan<byte> PodJson => body.AsSpan(Pod.Start, Pod.Length);

    public ReadOnlySpan<byte> Name(NodeSlice node) => body.AsSpan(node.NameStart, node.NameLength);

    public ReadOnlySpan<byte> Item(NodeSlice node) => body.AsSpan(node.ItemStart, node.ItemLength);

    public void Add(NodeSlice node)
    {
        if (Count == nodes.Length)
        {
            var larger = ArrayPool<NodeSlice>.Shared.Rent(Count * 2);
            nodes.CopyTo(larger, 0);
            ArrayPool<NodeSlice>.Shared.Return(nodes);
            nodes = larger;
        }

        nodes[Count++] = node;
    }

    public void Dispose()
    {
        ArrayPool<NodeSlice>.Shared.Return(nodes);
        (nodes, Count) = ([], 0);
    }
}
