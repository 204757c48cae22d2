using System.Net;
using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Moves;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Tests.Cluster;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Moves;

/// <summary>Whose streams are taken. That the peer is the node it says it is was checked before, by its certificate.</summary>
public sealed class MoveRegistryTests
{
    [Theory]
    [InlineData("n1", "n2", "move-uid", "n3", "comes from node n1, not from n3")]
    [InlineData("n1", "n2", "move-uid", "n2", "comes from node n1, not from n2")]
    [InlineData("n1", "n3", "move-uid", "n1", "goes to node n3")]
    [InlineData("n1", "n2", "guess", "n1", "is not known here")]
    public async Task Find_MoveThatIsNotFromThereToHere_IsRefusedAndNotBegun(string source, string target, string uid, string peer, string why)
    {
        var api = new FakeClusterApi { Migration = Move(source, target) };
        var registry = Registry(api, new MigrationBook());

        var e = await Assert.ThrowsAsync<MoveException>(() => registry.FindAsync(new Hello { MigrationNamespace = "shop", MigrationName = "move", MigrationUid = uid }, peer, CancellationToken.None));

        Assert.Equal(Reasons.TargetUnknown, e.Reason);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.Null(registry.Target("move-uid"));
    }

    [Fact]
    public async Task Find_MoveThatTheWatchKnows_IsCheckedAllTheSame()
    {
        var book = new MigrationBook();
        book.Put(Move("n1", "n2"));
        var registry = Registry(new FakeClusterApi(), book);

        await Assert.ThrowsAsync<MoveException>(() => registry.FindAsync(new Hello { MigrationUid = "move-uid" }, "n3", CancellationToken.None));

        Assert.Null(registry.Target("move-uid"));
    }

    /// <summary>Nothing of a move that is refused is touched, so there is nothing of this node.</summary>
    private static MoveRegistry Registry(FakeClusterApi api, MigrationBook book)
    {
        var options = new AgentOptions { Node = "n2", Listen = new IPEndPoint(IPAddress.Loopback, 0), TlsCa = "", TlsCert = "", TlsKey = "" };
        return new MoveRegistry(new MoveServices(options, api, book, null!, null!, null!, null!, null!, null!, null!, null!, null!, null!, TimeProvider.System, new Random(1), NullLoggerFactory.Instance), CancellationToken.None);
    }

    private static Migration Move(string source, string target) => new()
    {
        Metadata = new V1ObjectMeta { Name = "move", NamespaceProperty = "shop", Uid = "move-uid", ResourceVersion = "1" },
        Status = new MigrationStatus { SourceNode = source, TargetNode = target },
    };
}
