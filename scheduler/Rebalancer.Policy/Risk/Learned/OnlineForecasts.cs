using Rebalancer.Policy.Risk.Recorded;

namespace Rebalancer.Policy.Risk.Learned;

/// <summary>
/// Forecasts as time passes: the model learns whom to trust from each outcome, but no sooner than it is known, which is a horizon after the forecast.
/// </summary>
/// <param name="model">As it stands when the first forecast is made.</param>
public sealed class OnlineForecasts(RiskModel model)
{
    private readonly PriorityQueue<(IReadOnlyList<double> Forecasts, bool Lost, double Windows), double> open = new();

    /// <summary>With what was learned so far.</summary>
    public RiskModel Model { get; set; } = model;

    /// <summary>Everything that was to be forecast in that part of the time, in the order of the hours since the traces began.</summary>
    public static IEnumerable<(PoolRecording Pool, Observation Observation)> InOrder(IEnumerable<PoolRecording> pools, double from, double to) =>
        pools.SelectMany(p => p.Within(from, to).Select(o => (Pool: p, Observation: o))).OrderBy(x => x.Observation.Tick * x.Pool.Trace.GapHours);

    /// <summary>Chance of a loss within the horizon, above 0 and below 1. To be asked in the order of <see cref="InOrder"/>.</summary>
    public double Forecast(PoolRecording pool, in Observation observation)
    {
        if (Model.Experts is not { } experts) { return Model.Probability(observation.Situation); }
        var gap = pool.Trace.GapHours;
        LearnUntil(observation.Tick * gap);
        var forecasts = experts.Forecasts(observation.Situation);
        open.Enqueue((forecasts, observation.Lost, Math.Min(1, gap / pool.HorizonHours)), observation.OutcomeTick * gap);
        return Model.Weights.Mix(forecasts);
    }

    private void LearnUntil(double hours)
    {
        while (open.TryPeek(out var outcome, out var known) && known <= hours)
        {
            Model = Model with { Weights = Model.Weights.Learn(outcome.Forecasts, outcome.Lost, outcome.Windows) };
            open.Dequeue();
        }
    }
}
