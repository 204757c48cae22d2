using Rebalancer.Agent.Local;

namespace Rebalancer.Cni;

/// <summary>What the plugin touches outside itself, so that tests give it an agent, an environment and streams of their own.</summary>
internal sealed record CniHost
{
    public required Func<string, string?> Variable { get; init; }
    public required Stream Input { get; init; }
    public required Stream Output { get; init; }
    public required TimeProvider Clock { get; init; }
    public string Socket { get; init; } = NodePaths.Socket;
    /// <summary>How long the agent may take, the API server's answer included. Kubelet gives RunPodSandbox 4 minutes.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>How long nobody may listen on the agent's socket: longer than an agent's restart.</summary>
    public TimeSpan ConnectWindow { get; init; } = TimeSpan.FromSeconds(5);

    public static CniHost OfThisNode() => new()
    {
        Variable = Environment.GetEnvironmentVariable,
        Input = new FileStream("/dev/stdin", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0),
        Output = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0),
        Clock = TimeProvider.System,
    };
}
