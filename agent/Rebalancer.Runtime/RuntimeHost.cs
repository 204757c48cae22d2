using Rebalancer.Agent.Local;
using Rebalancer.Runtime.Runc;

namespace Rebalancer.Runtime;

/// <summary>What the wrapper touches outside itself, so that tests give it folders, a clock and a runc of their own.</summary>
internal sealed record RuntimeHost
{
    public required IRuncProgram Runc { get; init; }
    public required Func<string, string?> Variable { get; init; }
    public required TimeProvider Clock { get; init; }
    /// <summary>The wrapper's own path, given to CRIU as action script.</summary>
    public required string OwnPath { get; init; }
    public string Socket { get; init; } = NodePaths.Socket;
    public string CriuFolder { get; init; } = NodePaths.CriuFolder;
    public string RestoredFolder { get; init; } = NodePaths.RestoredFolder;
    public string ParkedFolder { get; init; } = NodePaths.ParkedFolder;
    public string Nothing { get; init; } = NodePaths.Nothing;
    public string ReleasedFolder { get; init; } = NodePaths.ReleasedFolder;
    public string ServingFolder { get; init; } = NodePaths.ServingFolder;
    public string ConsumedFolder { get; init; } = NodePaths.ConsumedFolder;

    /// <summary>How long a create, or CRIU's post-restore, may wait for the agent. Kubelet gives StartContainer 2 minutes for create and start together.</summary>
    public TimeSpan DecisionLimit { get; init; } = TimeSpan.FromSeconds(90);
    /// <summary>How long nobody may listen on the agent's socket: longer than an agent's restart.</summary>
    public TimeSpan ConnectWindow { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a kill waits for pages that its container's copy on another node still lacks, before it fails.</summary>
    public TimeSpan LatePagesWindow { get; init; } = TimeSpan.FromSeconds(20);

    public AgentClient Agent => new(Socket, Clock);

    public static RuntimeHost OfThisNode()
    {
        var ownPath = File.ResolveLinkTarget("/proc/self/exe", returnFinalTarget: false)?.FullName ?? NodePaths.RuncWrapper;
        return new RuntimeHost
        {
            Runc = new InstalledRunc(ownPath),
            Variable = Environment.GetEnvironmentVariable,
            Clock = TimeProvider.System,
            OwnPath = ownPath,
        };
    }
}
