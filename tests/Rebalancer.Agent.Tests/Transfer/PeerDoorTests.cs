using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Agent.Transfer;

namespace Rebalancer.Agent.Tests.Transfer;

public sealed class PeerDoorTests : IDisposable
{
    private readonly TestAuthority authority = new();

    public void Dispose() => authority.Dispose();

    /// <summary>Else a node would be shut out for good, one connection after the other.</summary>
    [Fact]
    public async Task Inner_ConnectionsThatAreClosedAndNeverComeBack_AreNotCounted()
    {
        var (forgotten, served) = (new TaskCompletionSource(), 0);
        var certificates = PeerCertificates.Load(authority.Issue("n1", PeerServer.Loopback));
        var door = new PeerDoor(certificates, NullLogger<PeerDoor>.Instance);
        var through = door.Outer(door.Inner(_ =>
        {
            served++;
            return forgotten.Task;
        }));
        for (var each = 0; each < TransferLimits.NodeConnections; each++)
        {
            using var closing = new CancellationTokenSource();
            _ = through(Connection(certificates.Own!, closing.Token));
            await closing.CancelAsync();
        }

        using var open = new CancellationTokenSource();
        for (var each = 0; each <= TransferLimits.NodeConnections; each++) { _ = through(Connection(certificates.Own!, open.Token)); }

        Assert.Equal(2 * TransferLimits.NodeConnections, served);
    }

    private static DefaultConnectionContext Connection(X509Certificate2 peer, CancellationToken closed)
    {
        var connection = new DefaultConnectionContext { ConnectionClosed = closed };
        connection.Features.Set<ITlsConnectionFeature>(new Shown { ClientCertificate = peer });
        return connection;
    }

    private sealed class Shown : ITlsConnectionFeature
    {
        public X509Certificate2? ClientCertificate { get; set; }

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
    }
}
