using Rebalancer.Model;

namespace Rebalancer.Policy.Risk;

/// <summary>How likely a node is to be taken away.</summary>
public interface IHazardModel
{
    Hazard HazardOf(NodeInfo node);
}

/// <param name="PerHour">Expected interruptions per hour, &gt;= 0.</param>
/// <param name="Basis">What it was told from, for people.</param>
public readonly record struct Hazard(double PerHour, string Basis);
