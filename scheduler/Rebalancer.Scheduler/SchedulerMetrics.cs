using System.Globalization;
using Prometheus;
using Rebalancer.Scheduler.Cluster;

namespace Rebalancer.Scheduler;

/// <summary>What GET /metrics shows.</summary>
internal sealed class SchedulerMetrics
{
    private static readonly string[] ByVerb = ["verb"];
    private static readonly string[] ByVerbAndCode = ["verb", "code"];

    private readonly Histogram seconds;
    private readonly Counter requests;

    public SchedulerMetrics(Readiness readiness, IndexKeeper keeper)
    {
        var factory = Metrics.WithCustomRegistry(Registry);
        seconds = factory.CreateHistogram(
            "rebalancer_scheduler_request_seconds", "Time to answer kube-scheduler, by verb.", ByVerb, new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.0001, 2, 15) });
        requests = factory.CreateCounter("rebalancer_scheduler_requests_total", "Answers to kube-scheduler, by verb and HTTP status.", ByVerbAndCode);
        var unsynced = factory.CreateGauge("rebalancer_scheduler_cache_unsynced_seconds", "How long the cache that is most behind has been so; 0 while all are current.");
        var nodes = factory.CreateGauge("rebalancer_scheduler_nodes", "Nodes that can be scored.");
        Registry.AddBeforeCollectCallback(() =>
        {
            unsynced.Set(readiness.Unsynced.TotalSeconds);
            nodes.Set(keeper.Current.NodeCount);
        });
    }

    public CollectorRegistry Registry { get; } = Metrics.NewCustomRegistry();

    public void Answered(string verb, int status, TimeSpan took)
    {
        seconds.WithLabels(verb).Observe(took.TotalSeconds);
        requests.WithLabels(verb, status.ToString(CultureInfo.InvariantCulture)).Inc();
    }
}
