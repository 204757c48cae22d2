using Rebalancer.Model;

namespace Rebalancer.Rebalancing.WhatIf;

/// <summary>The cluster at a step, for whoever wants to compare it.</summary>
/// <param name="UsdPerHour">Of all nodes.</param>
/// <param name="UsdPerHourPassing">Of those among them that are empty, announced to go, or not ready yet.</param>
/// <param name="IsClosed">Budgets let nothing move.</param>
/// <param name="Read">The snapshot that plans are made from, cool-downs included; to be asked for at once.</param>
internal sealed record SimulatedMoment(DateTimeOffset At, decimal UsdPerHour, decimal UsdPerHourPassing, bool IsClosed, Func<ClusterSnapshot> Read);
