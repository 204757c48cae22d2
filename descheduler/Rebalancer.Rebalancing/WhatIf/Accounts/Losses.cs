namespace Rebalancer.Rebalancing.WhatIf.Accounts;

/// <summary>What an arm's pods lose, as it happens. Money is in US dollars.</summary>
internal sealed class Losses
{
    public int Moves { get; set; }

    public int FailedMoves { get; set; }

    public int SavedPods { get; set; }

    public int Restarts { get; set; }

    public double FrozenSeconds { get; set; }

    public double RestartSeconds { get; set; }

    public decimal MovingUsd { get; set; }

    public decimal InterruptionUsd { get; set; }

    public ArmReport ToReport(string name, NodeBill bill, decimal nodeUsd, int nodes, int interruptions) => new(
        name, nodeUsd, Math.Round(bill.NodesMean, 3), nodes, Moves, FailedMoves, interruptions, SavedPods, Restarts,
        Math.Round(FrozenSeconds, 3), Math.Round(RestartSeconds, 1), MovingUsd, InterruptionUsd);
}
