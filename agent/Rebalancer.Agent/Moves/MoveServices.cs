using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Memory;
using Rebalancer.Agent.Network;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Throttling;
using Rebalancer.Agent.Transfer;

namespace Rebalancer.Agent.Moves;

/// <summary>What every move of this agent uses.</summary>
internal sealed record MoveServices(
    AgentOptions Options,
    IClusterApi Api,
    MigrationBook Book,
    INodeNetwork Network,
    SourcePreflight SourcePreflight,
    TargetPreflight TargetPreflight,
    NetworkAdapters Networks,
    ProcFolder Proc,
    Markers Markers,
    QuotaRecords Quotas,
    PeerChannels Channels,
    CopyPace Pace,
    TrackerChoice Trackers,
    TimeProvider Clock,
    Random Random,
    ILoggerFactory Loggers)
{
    public DecisionReader Decisions(ILogger log) => new(Api, Book, Clock, Random, log);
}
