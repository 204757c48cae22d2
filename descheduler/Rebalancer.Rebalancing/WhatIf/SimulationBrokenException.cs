using System.Globalization;

namespace Rebalancer.Rebalancing.WhatIf;

/// <summary>Something happened that must never happen: the decisions, or the simulation, are wrong.</summary>
public sealed class SimulationBrokenException(string item, DateTimeOffset at, string what)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss} {item}: {what}"))
{
    public string Item => item;

    public DateTimeOffset At => at;
}
