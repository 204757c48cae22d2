using Rebalancer.Kubernetes.Api;
using Rebalancer.Ledger.Accounting;
using Rebalancer.Ledger.Entries;
using Rebalancer.Ledger.Store;
using Rebalancer.Ledger.Tests.World;

namespace Rebalancer.Ledger.Tests.Store;

public sealed class RetentionTests
{
    [Fact]
    public void Forget_WhatEndedBefore_GoesAndTheRestCountsAsBefore()
    {
        using var ledger = new TemporaryLedger();
        using var store = LedgerStore.Open(ledger.Path);
        store.Write(
        [
            Given.Node("old", -500, gone: -300), Given.Price("old", -500, 1), Given.Node("stays", -500), Given.Price("stays", -500, 1), Given.Price("stays", -400, 2), Given.Price("stays", 10, 3),
            Given.Move("past", ended: -300), Given.Move("recent", ended: 5), Given.Move("runs", Phases.Freezing, ended: -300) with { CompletedAt = null },
            Given.Plan("past", -300, 24, 1, "old"), Given.Plan("recent", 1, 24, 1, "stays"),
        ]);
        var cost = Cost(ledger.Read());

        store.Forget(Given.At(0));

        var left = ledger.Read();
        Assert.Equal(["stays"], left.Nodes.Select(n => n.Uid));
        Assert.Equal([2m, 3m], left.Prices.Select(p => p.UsdPerHour));
        Assert.Equal(["runs", "recent"], left.Moves.Select(m => m.Uid));
        Assert.Equal(["recent"], left.Plans.Select(p => p.Uid));
        Assert.Equal(cost, Cost(left));
        Assert.Equal(Given.At(0), left.RecordedSince);
    }

    [Fact]
    public void Apply_FileTooLarge_KeepsLessAndTheFileShrinks()
    {
        using var ledger = new TemporaryLedger();
        using var store = LedgerStore.Open(ledger.Path);
        store.Write(Enumerable.Range(0, 4000).Select(i => Given.Move($"m{i}", ended: -i * 2.4)));
        var before = store.UsedBytes;

        LedgerRetention.Apply(store, Given.Start, maxBytes: before / 3);

        Assert.InRange(store.UsedBytes, 1, before / 3);
        var left = ledger.Read(-100_000).Moves;
        Assert.All(left, m => Assert.True(m.CompletedAt >= Given.Start - TimeSpan.FromDays(200)));
        Assert.Contains(left, m => m.Uid == "m0");
    }

    private static decimal Cost(LedgerBook book) => new Account(book, new Period(Given.At(0), Given.At(20))).NodeCosts().Sum(c => c.Part.Usd(c.Price.UsdPerHour));
}
