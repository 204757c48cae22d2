using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Rebalancer.Cli.Tests.World;

/// <summary>An API server that knows the user, and lets them do nothing.</summary>
internal sealed class RefusingServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private RefusingServer(WebApplication app) => this.app = app;

    public string Kubeconfig { get; } = Path.GetTempFileName();

    public static async Task<RefusingServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        var app = builder.Build();
        app.Urls.Add($"http://{IPAddress.Loopback}:0");
        app.Run(context =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return context.Response.WriteAsJsonAsync(new { kind = "Status", apiVersion = "v1", status = "Failure", reason = "Forbidden", message = "User \"eve\" cannot do that", code = StatusCodes.Status403Forbidden });
        });
        await app.StartAsync();
        var server = new RefusingServer(app);
        await File.WriteAllTextAsync(
            server.Kubeconfig,
            $"apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{{name: c, cluster: {{server: '{app.Urls.First()}'}}}}]\ncontexts: [{{name: c, context: {{cluster: c, user: u}}}}]\nusers: [{{name: u, user: {{token: t}}}}]\n");
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        File.Delete(Kubeconfig);
    }
}
