using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Notices;

namespace Rebalancer.Agent.Tests.Notices;

/// <summary>A metadata service on a port of its own: whatever a test lets it answer, over real HTTP.</summary>
internal sealed class LoopbackMetadata : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly List<HttpClient> clients = [];

    private LoopbackMetadata()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        app = builder.Build();
        app.Run(context => Answer(context));
    }

    /// <summary>Until a test says otherwise: 404.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = context =>
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    };

    public static async Task<LoopbackMetadata> StartAsync()
    {
        var service = new LoopbackMetadata();
        await service.app.StartAsync();
        return service;
    }

    public MetadataClient Client(TimeSpan? limit = null)
    {
        var http = MetadataClient.NewClient(new Uri(app.Urls.First()));
        clients.Add(http);
        return new MetadataClient(http, TimeProvider.System, limit ?? TimeSpan.FromSeconds(30));
    }

    /// <summary>Bodies by path with query; what is not there is 404. A request without the header is 400.</summary>
    public void Serve(string header, string value, IReadOnlyDictionary<string, string> bodies, string? answerHeader = null) => Answer = async context =>
    {
        var path = (context.Request.Path + context.Request.QueryString).TrimStart('/');
        context.Response.StatusCode = context.Request.Headers[header] != value ? StatusCodes.Status400BadRequest : bodies.ContainsKey(path) ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
        if (answerHeader is not null)
        {
            context.Response.Headers[answerHeader] = value;
        }

        if (context.Response.StatusCode == StatusCodes.Status200OK)
        {
            await context.Response.WriteAsync(bodies[path]);
        }
    };

    public async ValueTask DisposeAsync()
    {
        clients.ForEach(client => client.Dispose());
        await app.DisposeAsync();
    }
}
