using System.Diagnostics.Metrics;

namespace Rebalancer.Agent.Notices;

internal sealed class NoticeMetrics : IDisposable
{
    public const string MeterName = "Rebalancer.Agent.Notices";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _broken;
    private readonly Counter<long> _unavailable;

    public NoticeMetrics()
    {
        _broken = _meter.CreateCounter<long>("rebalancer_agent_notices_broken", description: "Answers of the metadata service that are no possible notice");
        _unavailable = _meter.CreateCounter<long>("rebalancer_agent_metadata_unavailable", description: "Questions to the metadata service without an answer");
    }

    public long Broken { get; private set; }

    public void CountBroken()
    {
        Broken++;
        _broken.Add(1);
    }

    public void CountUnavailable() => _unavailable.Add(1);

    public void Dispose() => _meter.Dispose();
}
