namespace Rebalancer.Policy.Risk.Recorded;

/// <summary>A pool (machine type, zone and way of paying) or a machine of it at one moment: only what is known by then.</summary>
/// <param name="HeldHours">For how long the machines have been there without a loss.</param>
/// <param name="Ever">The pool's whole past.</param>
/// <param name="SameTime">Of its past the windows that began at about this time of the day, by <see cref="Observing.SameTimeHours"/> hours.</param>
/// <param name="Recent">Its past with a memory of <see cref="Observing.RecentHours"/> hours.</param>
/// <param name="AvailableShare">Machines that were there, of those wanted, over the last <see cref="Observing.WindowHours"/> hours: 0 to 1.</param>
/// <param name="PeerLoad">Interruptions of peers, each counting 1 when it happens and less by <see cref="Baseline.PeerBoost.DecayMinutes"/>.</param>
public readonly record struct PoolSituation(double HeldHours, LossRecord Ever, LossRecord SameTime, LossRecord Recent, double AvailableShare, double PeerLoad);
