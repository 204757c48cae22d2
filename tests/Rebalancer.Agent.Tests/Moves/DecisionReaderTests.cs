using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Moves;
using Rebalancer.Agent.Tests.Cluster;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Moves;

public sealed class DecisionReaderTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly FakeClusterApi api = new() { Migration = New() };
    private readonly MigrationBook book = new();

    [Fact]
    public async Task SettleAsync_NothingDecided_DecidesAsWished() => Assert.Equal(Decision.Committed, await SettleAsync(Decision.Committed));

    [Fact]
    public async Task SettleAsync_AbortedBefore_ReturnsWhatIsThere()
    {
        api.Migration!.Status.Decision = Decision.Aborted;
        Assert.Equal(Decision.Aborted, await SettleAsync(Decision.Committed));
    }

    [Theory]
    [InlineData(Decision.Aborted)]
    [InlineData(Decision.Committed)]
    public async Task SettleAsync_DecisionSeenByTheWatch_AsksNobody(string decision)
    {
        var seen = New();
        seen.Status.Decision = decision;
        book.Put(seen);
        Assert.Equal(decision, await SettleAsync(Decision.Committed));
        Assert.Empty(api.Wishes);
    }

    [Fact]
    public async Task SettleAsync_AnswerLostAfterTheWrite_ReadsThatItIsCommitted()
    {
        var lost = 0;
        api.After = _ => { if (lost++ == 0) { throw new HttpRequestException("connection reset"); } };
        Assert.Equal(Decision.Committed, await SettleAsync(Decision.Committed));
        Assert.Equal(Decision.Committed, api.Migration!.Status.Decision);
    }

    [Fact]
    public async Task SettleAsync_ServerAwayForAWhile_TriesUntilTheOutcomeIsRead()
    {
        var tries = 0;
        api.Before = _ => { if (++tries < 5) { throw new TimeoutException("no answer"); } };
        Assert.Equal(Decision.Committed, await SettleAsync(Decision.Committed));
        Assert.True(tries >= 5);
    }

    [Fact]
    public async Task SettleAsync_BudgetEndsWhileTheOutcomeIsUnknown_WishesAnAbortAndReadsWhichWon()
    {
        var tries = 0;
        api.Before = _ => { if (++tries < 3) { throw new TimeoutException("no answer"); } };
        var wishes = 0;
        var settled = await new DecisionReader(api, book, TimeProvider.System, new Random(1), NullLogger.Instance)
            .SettleAsync(New(), () => new Wish(++wishes < 2 ? Decision.Committed : Decision.Aborted, "FreezeBudgetExceeded", "late"), CancellationToken.None).WaitAsync(Limit);
        Assert.Equal(Decision.Aborted, settled!.Status.Decision);
        Assert.Equal([Decision.Committed, Decision.Aborted, Decision.Aborted], api.Wishes);
    }

    [Fact]
    public async Task SettleAsync_MigrationGoneOrReplaced_IsNull()
    {
        api.Migration = null;
        Assert.Null(await SettleAsync(Decision.Aborted));
        api.Migration = New("another");
        api.Migration.Status.Decision = Decision.Committed;
        Assert.Null(await SettleAsync(Decision.Aborted));
    }

    [Fact]
    public async Task ReadAsync_Committed_IsAlsoInTheBook()
    {
        api.Migration!.Status.Decision = Decision.Committed;
        Assert.Equal(Decision.Committed, await new DecisionReader(api, book, TimeProvider.System, new Random(1), NullLogger.Instance).ReadAsync(New(), CancellationToken.None));
        Assert.Equal(Decision.Committed, book.Find("u")!.Status.Decision);
    }

    private async Task<string?> SettleAsync(string wish)
    {
        var reader = new DecisionReader(api, book, TimeProvider.System, new Random(1), NullLogger.Instance);
        return (await reader.SettleAsync(New(), () => new Wish(wish, null, null), CancellationToken.None).WaitAsync(Limit))?.Status.Decision;
    }

    private static Migration New(string uid = "u") => new() { Metadata = new V1ObjectMeta { Name = "move", NamespaceProperty = "shop", Uid = uid } };
}
