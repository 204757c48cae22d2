using k8s.Models;
using Rebalancer.Agent.Cluster;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Cluster;

public sealed class MigrationBookTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly MigrationBook book = new();

    [Fact]
    public void Put_OlderVersionAfterNewer_IsIgnored()
    {
        book.Put(Of("10", Decision.Committed));
        book.Put(Of("9", Decision.None));
        Assert.Equal(Decision.Committed, book.Find("u")!.Status.Decision);
    }

    [Fact]
    public async Task WaitAsync_ConditionComesTrue_ReturnsThatVersion()
    {
        book.Put(Of("1", Decision.None));
        var waiting = book.WaitAsync("u", now => now.Status.Decision != Decision.None, CancellationToken.None);
        book.Put(Of("2", Decision.None));
        Assert.False(waiting.IsCompleted);
        book.Put(Of("3", Decision.Aborted));
        Assert.Equal("3", (await waiting.WaitAsync(Limit))!.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task WaitAsync_MigrationDeleted_ReturnsNull()
    {
        book.Put(Of("1", Decision.None));
        var waiting = book.WaitAsync("u", _ => false, CancellationToken.None);
        book.Remove("u");
        Assert.Null(await waiting.WaitAsync(Limit));
    }

    private static Migration Of(string version, string decision) =>
        new() { Metadata = new V1ObjectMeta { Name = "m", Uid = "u", ResourceVersion = version }, Status = new MigrationStatus { Decision = decision } };
}
