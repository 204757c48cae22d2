using Rebalancer.Agent.Health;
using Rebalancer.Agent.Moves;
using Rebalancer.Agent.Transfer;
using Rebalancer.Kubernetes.Hosting;

namespace Rebalancer.Agent;

internal static class AgentHost
{
    /// <summary>How long an agent that was told to stop sees moves through that are in the middle of their freeze. Most take less than a second.</summary>
    private static readonly TimeSpan MovesLimit = TimeSpan.FromSeconds(20);

    /// <summary>All that it takes to stop; kubelet grants the DaemonSet's pod a little more.</summary>
    public static readonly TimeSpan StopLimit = MovesLimit + AgentServices.ShutdownLimit + TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(AgentOptions options, CancellationToken cancellation)
    {
        var builder = NewBuilder();
        builder.Logging.ClearProviders().AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
            console.UseUtcTimestamp = true;
        });
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("Grpc", LogLevel.Warning);
        builder.AddAgent(options);
        await using var app = builder.Build();
        app.MapGrpcService<NodeAgentService>();
        app.MapStatus(options);
        await app.StartAsync(CancellationToken.None);
        await StoppedAsync(app.Lifetime, cancellation);
        await app.Services.GetRequiredService<MoveRegistry>().EndAsync(MovesLimit);
        await app.StopAsync(CancellationToken.None);
        return 0;
    }

    /// <summary>By a signal, or by a part of the agent that has failed.</summary>
    private static async Task StoppedAsync(IHostApplicationLifetime lifetime, CancellationToken signalled)
    {
        using var any = CancellationTokenSource.CreateLinkedTokenSource(signalled, lifetime.ApplicationStopping);
        await Task.Delay(Timeout.InfiniteTimeSpan, any.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public static WebApplicationBuilder NewBuilder() => WebApplication.CreateSlimBuilder(HostArguments.With());
}
