using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Rebalancer.Lab.Tests.Clients;

/// <summary>A WebSocket server whose answers the test decides: a text to send back, or null to cut the connection.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private EchoServer(WebApplication app) => this.app = app;

    public Uri Url => new(app.Urls.First().Replace("http", "ws", StringComparison.Ordinal));

    public static async Task<EchoServer> StartAsync(Func<string, string?> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(context => ServeAsync(context, answer));
        await app.StartAsync();
        return new EchoServer(app);
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private static async Task ServeAsync(HttpContext context, Func<string, string?> answer)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[256];
        try
        {
            while (true)
            {
                var message = await socket.ReceiveAsync(buffer, context.RequestAborted);
                var text = System.Text.Encoding.ASCII.GetString(buffer, 0, message.Count);
                if (answer(text) is not { } reply)
                {
                    context.Abort();
                    return;
                }

                await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(reply), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // The client has gone.
        }
    }
}
