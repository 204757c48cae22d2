using Rebalancer.Agent.Local;
using Rebalancer.Agent.Transfer;
using Rebalancer.Agent.Transfer.Images;

namespace Rebalancer.Agent.Restore;

/// <summary>A container's restore that was started before its checkpoint is there.</summary>
/// <param name="create">kubelet's call.</param>
/// <param name="descriptors">What runc was given of the checkpoint in advance.</param>
/// <param name="hasPages">Whether a page server waits for CRIU.</param>
/// <param name="gate">Where CRIU waits.</param>
internal sealed class AheadRestore(LocalRequest create, byte[] descriptors, bool hasPages, AheadGate gate)
{
    /// <summary>The image by which runc tells what the standard streams were connected to.</summary>
    public const string DescriptorsImage = "descriptors.json";
    /// <summary>Three names; anything near this is no list of them.</summary>
    public const int MaximumDescriptorBytes = 64 << 10;
    private int compared;

    public LocalRequest Create => create;
    public bool HasPages => hasPages;
    public AheadGate Gate => gate;
    /// <summary>The checkpoint did not come in time.</summary>
    public bool IsLate { get; set; }
    /// <summary>runc has ended before the checkpoint came, or CRIU was let go on: it is a restore like any other.</summary>
    public bool IsOver { get; set; }

    /// <summary>Takes those images that are here already, or that open the gate; null for others.</summary>
    public TakePiece? Taker(string path)
    {
        if (path == $"{create.ContainerName}/{AheadGate.Image}") { return gate.Take; }
        return path == $"{create.ContainerName}/{DescriptorsImage}" ? Compare : null;
    }

    private void Compare(ReadOnlySpan<byte> piece)
    {
        if (!descriptors.AsSpan(compared).StartsWith(piece)) { throw new TransferException($"{DescriptorsImage} is not what came of it in advance"); }
        compared += piece.Length;
    }
}
