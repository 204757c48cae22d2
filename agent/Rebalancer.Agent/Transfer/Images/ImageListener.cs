using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Rebalancer.Agent.Transfer.Images;

/// <summary>Takes the image streams of other agents, under the same certificates as their calls. A connection without a ticket of this agent ends unread; one with a ticket has a move that was let in.</summary>
internal sealed class ImageListener(AgentOptions options, PeerCertificates certificates, ImageTickets tickets, TimeProvider clock, ILogger<ImageListener> log) : BackgroundService
{
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);
    private readonly UnknownCallers unknown = new(TransferLimits.UnknownCallers);
    private TcpListener? listener;

    /// <summary>Listens when it returns: a port that is taken must stop the agent's start.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        listener = new TcpListener(options.ListenImages);
        listener.Start();
        tickets.Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        listener?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await listener!.AcceptTcpClientAsync(stoppingToken), stoppingToken);
            }
            catch (SocketException e)
            {
                // A caller that hung up at once, or no descriptors for the moment: neither ends the agent.
                log.LogWarning("An image stream was not accepted: {Cause}", e.Message);
                await Task.Delay(AcceptPause, clock, stoppingToken);
            }
        }
    }

    private async Task ServeAsync(TcpClient connection, CancellationToken stopping)
    {
        var from = connection.Client.RemoteEndPoint as IPEndPoint;
        var caller = unknown.Enter(from?.Address, connection.Dispose);
        try
        {
            using (connection)
            {
                await using var stream = new SslStream(connection.GetStream());
                if (await GreetedAsync(stream, caller, stopping) is { } ticket) { await ticket.ReceiveAsync(stream); }
                else { log.LogWarning("An image stream from {From} has no ticket of this agent", from); }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or OperationCanceledException or ObjectDisposedException)
        {
            log.LogWarning("An image stream from {From} ended before it began: {Cause}", from, e.Message);
        }
        finally
        {
            unknown.Leave(caller);
        }
    }

    private async Task<ImageTicket?> GreetedAsync(SslStream stream, UnknownCaller caller, CancellationToken stopping)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(TransferLimits.GreetingLimit);
        await stream.AuthenticateAsServerAsync(certificates.ForServer(), limit.Token);
        var greeting = new byte[ImageRecord.Magic.Length + ImageRecord.TicketBytes];
        await stream.ReadExactlyAsync(greeting, limit.Token);
        // A ticket is good once: first whether the connection still is.
        return greeting.AsSpan().StartsWith(ImageRecord.Magic) && unknown.Leave(caller) && certificates.NodeOf(stream.RemoteCertificate) is { } node
            ? tickets.Take(greeting.AsSpan(ImageRecord.Magic.Length), node) : null;
    }
}
