using System.Text.Json.Serialization;

namespace Rebalancer.Benchmarks.Risk;

/// <summary>One line of bench-risk.json.</summary>
/// <param name="Set">The folder of the traces.</param>
/// <param name="Split">"70/30", "leave-one-zone-out" or "train-test".</param>
/// <param name="Model">"constant", "per-zone", "age", "age-availability", "baseline" or "model".</param>
/// <param name="Brier">Mean squared error of the forecasts.</param>
/// <param name="Auc">Chance that a moment with a loss got a higher forecast than one without; null where all ended alike.</param>
/// <param name="Bins">For the calibration on the screen.</param>
internal sealed record RiskResult(string Set, string Split, int HorizonMinutes, string Model, double Brier, double? Auc, [property: JsonIgnore] CalibrationTable Bins);
