namespace Rebalancer.Lab.Demo;

/// <summary>How the demo goes.</summary>
internal sealed record DemoOptions
{
    /// <summary>Memory of the Redis that is moved.</summary>
    public int RedisMegabytes { get; init; } = 100;
    public int WebSocketConnections { get; init; } = 50;
    /// <summary>From the notice to the end of the node; EC2 gives 120.</summary>
    public int NoticeSeconds { get; init; } = 120;
    /// <summary>How long the clients run before the notice, and again after the node was taken away.</summary>
    public int SettleSeconds { get; init; } = 4;
    /// <summary>"host", "v1" or "v2".</summary>
    public string Cgroup { get; init; } = "host";
    public string Artifacts { get; init; } = "artifacts";
}
