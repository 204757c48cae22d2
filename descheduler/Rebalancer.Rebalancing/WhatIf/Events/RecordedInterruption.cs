namespace Rebalancer.Rebalancing.WhatIf.Events;

/// <summary>Nodes that are taken away at an instant: one by its name, or some of a type and zone.</summary>
/// <param name="Node">Null: <paramref name="InstanceType"/>, <paramref name="Zone"/> and <paramref name="Count"/> say which.</param>
/// <param name="Count">Above 0; of spot machines before others.</param>
public sealed record RecordedInterruption(DateTimeOffset At, string? Node, string InstanceType = "", string Zone = "", int Count = 1);
