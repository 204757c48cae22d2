using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Transfer.Images;

namespace Rebalancer.Agent.Transfer;

/// <summary>The agent's end for other agents. The connection's certificate is of the cluster's CA (checked in the handshake); here its name must be a node's.</summary>
internal sealed class NodeAgentService(AgentOptions options, PeerCertificates certificates, IClusterApi api, IMoveSinks sinks, ImageTickets tickets, CriuVersion criu, ILogger<NodeAgentService> log)
    : NodeAgent.NodeAgentBase
{
    private static readonly TimeSpan HelloLimit = TimeSpan.FromSeconds(5);
    private static readonly string Version = typeof(NodeAgentService).Assembly.GetName().Version?.ToString() ?? "";

    public override async Task<ProbeReply> Probe(ProbeRequest request, ServerCallContext context)
    {
        await PeerAsync(context);
        var installed = await criu.RequireAsync(context.CancellationToken);
        return new ProbeReply { Node = options.Node, AgentVersion = Version, CriuVersion = installed.ToString() };
    }

    public override async Task Move(IAsyncStreamReader<MoveFrame> requestStream, IServerStreamWriter<MoveReply> responseStream, ServerCallContext context)
    {
        var peer = await PeerAsync(context);
        var replies = Channel.CreateUnbounded<MoveReply>(new UnboundedChannelOptions { SingleReader = true });
        var replying = ReplyAsync(replies.Reader, responseStream, context.CancellationToken);
        IMoveSink? sink = null;
        ImageTicket? images = null;
        Exception? fault = null;
        try
        {
            var hello = await HelloAsync(requestStream, context.CancellationToken);
            TransferLimits.CheckAnnounced(hello);
            sink = await sinks.FindAsync(hello, peer, context.CancellationToken);
            sink.Open(hello, reply => replies.Writer.TryWrite(reply));
            images = tickets.Issue(sink, peer);
            replies.Writer.TryWrite(new MoveReply { Accepted = new Accepted { ImagesPort = (uint)tickets.Port, ImagesTicket = UnsafeByteOperations.UnsafeWrap(images.Bytes), LatePages = true, PodNetwork = true, Codecs = { PackedData.Codec } } });
            using var reading = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, images.Failed);
            await foreach (var frame in requestStream.ReadAllAsync(reading.Token)) { sink.Take(frame); }
        }
        catch (Exception e) when (e is MoveException or TransferException or IOException or InvalidDataException or OperationCanceledException or RpcException)
        {
            fault = images?.Fault ?? e;
            log.LogWarning("Move from node {Peer} ended: {Cause}", peer, fault.Message);
            replies.Writer.TryWrite(new MoveReply { Failed = Failed(fault) });
        }
        catch (Exception e)
        {
            fault = e;
            throw;
        }
        finally
        {
            // However it ended: a move that is not told waits for a peer that has gone.
            if (images is not null) { await images.DisposeAsync(); }
            replies.Writer.TryComplete();
            if (sink is not null) { await sink.CloseAsync(fault, CancellationToken.None); }
            await replying;
        }
    }

    private static Failed Failed(Exception e) => e is MoveException typed
        ? new Failed { Reason = typed.Reason, Message = typed.Message, LogLine = typed.LogLine ?? "" }
        : new Failed { Reason = Rebalancer.Kubernetes.Api.Reasons.TransferFailed, Message = e.Message };

    private static async Task<Hello> HelloAsync(IAsyncStreamReader<MoveFrame> frames, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(HelloLimit);
        return await frames.MoveNext(limit.Token) && frames.Current.Hello is { } hello ? hello : throw new TransferException("a move begins with Hello");
    }

    private static async Task ReplyAsync(ChannelReader<MoveReply> replies, IServerStreamWriter<MoveReply> stream, CancellationToken cancellation)
    {
        try
        {
            await foreach (var reply in replies.ReadAllAsync(cancellation)) { await stream.WriteAsync(reply, cancellation); }
        }
        catch (Exception e) when (e is OperationCanceledException or InvalidOperationException or IOException)
        {
            // The peer is gone; its frames have ended too, and say so.
        }
    }

    /// <summary>The peer's node name; ends the call for one that is no node of this cluster.</summary>
    private async Task<string> PeerAsync(ServerCallContext context)
    {
        var name = certificates.NodeOf(CertificateOf(context)) ?? throw new RpcException(new Status(StatusCode.Unauthenticated, "the certificate is not of this cluster's agents"));
        if (await api.ReadNodeAsync(name, context.CancellationToken) is null)
        {
            throw new RpcException(new Status(StatusCode.PermissionDenied, $"'{name}' is no node of this cluster"));
        }
        return name;
    }

    private static X509Certificate2? CertificateOf(ServerCallContext context)
    {
        try
        {
            return context.GetHttpContext().Connection.ClientCertificate;
        }
        catch (ObjectDisposedException)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "the caller has hung up"));
        }
    }
}
