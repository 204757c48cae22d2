namespace Rebalancer.Agent.Notices;

/// <summary>Whose machine the node is, as far as notices differ by it.</summary>
internal enum Cloud
{
    Aws,
    Gcp,
    Azure,
}
