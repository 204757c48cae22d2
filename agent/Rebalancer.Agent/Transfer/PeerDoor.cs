using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Rebalancer.Agent.Transfer;

/// <summary>Who may have a connection for calls: strangers to show their certificates, and of each node no more than its moves need.</summary>
internal sealed class PeerDoor(PeerCertificates certificates, ILogger<PeerDoor> log)
{
    private readonly UnknownCallers unknown = new(TransferLimits.UnknownCallers);
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> connections = new(StringComparer.Ordinal);

    /// <summary>Before the handshake.</summary>
    public ConnectionDelegate Outer(ConnectionDelegate next) => async connection =>
    {
        var caller = unknown.Enter((connection.RemoteEndPoint as IPEndPoint)?.Address, connection.Abort);
        connection.Features.Set(caller);
        try
        {
            await next(connection);
        }
        finally
        {
            unknown.Leave(caller);
        }
    };

    /// <summary>After the handshake, which a good certificate was shown in.</summary>
    public ConnectionDelegate Inner(ConnectionDelegate next) => async connection =>
    {
        if (!unknown.Leave(connection.Features.Get<UnknownCaller>()!)) { return; }
        if (certificates.NodeOf(connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate) is not { } node) { return; }
        if (!TryEnter(node))
        {
            log.LogWarning("Node {Node} has {Connections} connections to this agent already, one more from {From} was refused", node, TransferLimits.NodeConnections, connection.RemoteEndPoint);
            return;
        }
        // By its end, and not by that of what serves it: Kestrel has ways of never coming back from a connection whose peer resets calls and hangs up.
        connection.ConnectionClosed.UnsafeRegister(_ => Leave(node), null);
        await next(connection);
    };

    private bool TryEnter(string node)
    {
        lock (gate)
        {
            var open = connections.GetValueOrDefault(node);
            if (open == TransferLimits.NodeConnections) { return false; }
            connections[node] = open + 1;
            return true;
        }
    }

    private void Leave(string node)
    {
        lock (gate)
        {
            if (--connections[node] == 0) { connections.Remove(node); }
        }
    }
}
