namespace Rebalancer.Planning.Search;

/// <summary>The kinds of move, in the order of <see cref="MoveMix"/>'s weights.</summary>
internal enum MoveKind
{
    Shift,
    Swap,
    Chain,
    Force,
    Repack,
    Empty,
}
