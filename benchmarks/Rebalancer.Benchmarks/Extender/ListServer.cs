using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Rebalancer.Benchmarks.Extender;

/// <summary>As much of an API server as an informer needs: lists by the page, and watches in which nothing happens.</summary>
internal sealed class ListServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private ListServer(WebApplication app) => this.app = app;

    public string Url => app.Urls.First();

    public static async Task<ListServer> StartAsync(BenchCluster cluster, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        var app = builder.Build();
        app.MapGet("/api/v1/nodes", context => AnswerAsync(context, cluster.Nodes));
        app.MapGet("/api/v1/pods", context => AnswerAsync(context, cluster.Pods));
        app.MapGet("/apis/rebalancer.dev/v1alpha1/migrations", context => AnswerAsync(context, []));
        await app.StartAsync(cancellation);
        return new ListServer(app);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    private static async Task AnswerAsync(HttpContext context, IReadOnlyList<byte[]> items)
    {
        var query = context.Request.Query;
        context.Response.ContentType = "application/json";
        if (query.ContainsKey("watch"))
        {
            await context.Response.StartAsync();
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
            return;
        }

        var start = query.TryGetValue("continue", out var next) ? int.Parse(next!, CultureInfo.InvariantCulture) : 0;
        var end = Math.Min(items.Count, start + int.Parse(query["limit"]!, CultureInfo.InvariantCulture));
        await context.Response.WriteAsync($"{{\"metadata\":{{\"resourceVersion\":\"1000000\",\"continue\":\"{(end < items.Count ? $"{end}" : "")}\"}},\"items\":[");
        for (var i = start; i < end; i++)
        {
            await context.Response.Body.WriteAsync(items[i]);
            await context.Response.WriteAsync(i + 1 < end ? "," : "");
        }

        await context.Response.WriteAsync("]}");
    }
}
