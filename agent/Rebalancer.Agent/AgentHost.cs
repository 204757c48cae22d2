using Rebalancer.Agent.Health;
using Rebalancer.Agent.Transfer;
using Rebalancer.Kubernetes.Hosting;

namespace Rebalancer.Agent;

internal static class AgentHost
{
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
        await app.RunAsync(cancellation);
        return 0;
    }

    public static WebApplicationBuilder NewBuilder() => WebApplication.CreateSlimBuilder(HostArguments.With());
}
