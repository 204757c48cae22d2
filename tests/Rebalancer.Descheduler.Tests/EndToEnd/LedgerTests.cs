using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using k8s.Models;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Ledger.Accounting;
using Rebalancer.Ledger.Entries;
using Rebalancer.Ledger.Store;
using Rebalancer.Ledger.Waste;

namespace Rebalancer.Descheduler.Tests.EndToEnd;

/// <summary>What the controller's ledger says of what happened in the cluster.</summary>
public sealed class LedgerTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rebalancer-ledger");

    private string Path => System.IO.Path.Combine(folder.FullName, "ledger.db");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Plan_NodeFreedAndGone_IsCreditedWithItsPriceThen()
    {
        await using var world = await StartAsync();
        await world.CreateNodes(("dear", "0.90"), ("cheap", "0.01"));
        await world.RunPod("other", on: "cheap");
        await world.RunPod("redis", on: "dear");
        await PolicyTests.CreateAsync(world, RebalanceTests.Spec(PolicyModes.Auto));
        var made = await RebalanceTests.UntilAsync(world, PlanPhases.Completed);
        await world.Annotate(ApiResource.Nodes, "dear", Names.CostUsdPerHour, "0.70");
        var dear = await world.Client.GetAsync<V1Node>(ApiResource.Nodes, null, "dear", default);
        await world.Client.DeleteAsync(ApiResource.Nodes, null, "dear", dear!.Metadata.Uid, 0, default);

        var book = await UntilAsync(b => b.Nodes.Any(n => n.GoneAt is not null) && b.Moves.Any(m => m.Phase == Phases.Succeeded) && b.Plans.Any(p => p.StartedAt is not null));

        var report = new Account(book, new Period(DateTimeOffset.UnixEpoch, book.Plans[0].StartedAt!.Value.AddHours(10))).Report();
        var plan = Assert.Single(report.Plans);
        var node = Assert.Single(plan.Nodes);
        Assert.Equal(("dear", dear.Metadata.Uid, 0.70m), (node.Name, node.Uid, node.UsdPerHour));
        Assert.InRange(plan.NodesSavedUsd, 0.70m * 9.9m, 0.70m * 10);
        var move = Assert.Single(report.Moves);
        Assert.Equal((made.Metadata.Name, MoveReasons.Consolidation, 1), (move.Plan, move.Reason, plan.SucceededMoves));
        Assert.True(move.FreezeMs > 0);
        Assert.Equal(0.01m, report.NodesUsdPerHour);
        RealisedSavings? realised = null;
        await ControllerWorld.Eventually("the plan says what it has brought", async () =>
            (realised = (await world.Client.GetAsync<RebalancePlan>(ApiResource.RebalancePlans, null, made.Metadata.Name, default))?.Status.Realised)?.NodesGone == 1);
        Assert.Equal(("0.7", 1, 0, move.FreezeMs), (realised!.UsdPerHourSaved?.Text, realised.SucceededMoves, realised.FailedMoves, realised.FreezeMs));
    }

    [Fact]
    public async Task Restart_WhatHappenedMeanwhile_IsCaughtUpOnAndNothingCountsTwice()
    {
        await using var world = await StartAsync();
        await world.CreateNodes(("dear", "0.90"), ("cheap", "0.01"));
        await world.RunPod("redis", on: "dear");
        await world.MoveAsync("redis");
        await world.UntilPhase(Phases.Succeeded);
        await UntilAsync(b => b.Nodes.Length == 2 && b.Moves.Any(m => m.Phase == Phases.Succeeded));

        await world.StopControllerAsync();
        var dear = await world.Client.GetAsync<V1Node>(ApiResource.Nodes, null, "dear", default);
        await world.Client.DeleteAsync(ApiResource.Nodes, null, "dear", dear!.Metadata.Uid, 0, default);
        await CreatePlanAsync(world);
        await world.StartControllerAsync();

        var book = await UntilAsync(b => b.Nodes.Any(n => n.GoneAt is not null) && b.Plans.Length == 1);
        Assert.Equal(("dear", 2, 1), (book.Nodes.Single(n => n.GoneAt is not null).Name, book.Nodes.Length, book.Moves.Length));
    }

    [Fact]
    public async Task Endpoints_AnswerWithReportsAndSayWhatIsWrong()
    {
        await using var world = await StartAsync();
        await world.CreateNodes(("dear", "0.90"));
        await world.RunPod("redis", on: "dear");
        await UntilAsync(b => b.Prices.Length == 1);
        using var http = new HttpClient { BaseAddress = new Uri($"http://{world.StatusListen}/ledger/") };

        var savings = JsonSerializer.Deserialize<SavingsReport>(await http.GetStringAsync("savings?since=2026-01-01T00:00:00Z"), LedgerJson.Options)!;
        Assert.Equal(0.90m, savings.NodesUsdPerHour);
        Assert.StartsWith("AvailabilityZone,BilledCost,", await http.GetStringAsync("savings?format=focus-csv"), StringComparison.Ordinal);
        Assert.Equal("PAR1"u8.ToArray(), (await http.GetByteArrayAsync("savings?format=focus-parquet"))[..4]);
        var waste = JsonSerializer.Deserialize<WasteReport>(await http.GetStringAsync("waste"), LedgerJson.Options)!;
        Assert.Equal((false, 0.90m, "default"), (waste.UsageKnown, waste.UsdPerHour, Assert.Single(waste.Namespaces).Name));
        using var proxied = new HttpRequestMessage(HttpMethod.Get, "savings") { Headers = { Host = "kubernetes.default.svc:6443" } };
        using var throughTheProxy = await http.SendAsync(proxied);
        Assert.Equal(HttpStatusCode.OK, throughTheProxy.StatusCode);
        using var claim = await http.PostAsync(new Uri($"http://{world.StatusListen}/claim"), null);
        Assert.Equal(HttpStatusCode.NotFound, claim.StatusCode);
        foreach (var (query, said) in new[] { ("since=yesterday", "since is 'yesterday'"), ("format=xls", "format is 'xls'"), ("since=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z", "before until") })
        {
            using var answer = await http.GetAsync("savings?" + query);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains(said, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    /// <summary>Moves matter more than their record.</summary>
    [Fact]
    public async Task LedgerDamaged_PodsMoveAndTheReportSaysWhy()
    {
        await File.WriteAllTextAsync(Path, new string('x', 5000));
        await using var world = await StartAsync();
        await world.CreateNodes(("dear", "0.90"), ("cheap", "0.01"));
        await world.RunPod("redis", on: "dear");
        await world.MoveAsync("redis");
        await world.UntilPhase(Phases.Succeeded);

        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"http://{world.StatusListen}/ledger/savings"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("is damaged", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<ControllerWorld> StartAsync()
    {
        var world = await ControllerWorld.StartAsync(controller: false);
        (world.LedgerPath, world.StatusListen) = (Path, FreePort());
        await world.StartControllerAsync();
        return world;
    }

    private async Task<LedgerBook> UntilAsync(Func<LedgerBook, bool> condition)
    {
        var book = LedgerBook.Empty;
        await ControllerWorld.Eventually(() => $"ledger as expected; it is {JsonSerializer.Serialize(book)}", () => Task.FromResult(File.Exists(Path) && condition(book = LedgerReader.Read(Path, DateTimeOffset.UnixEpoch))));
        return book;
    }

    private static async Task CreatePlanAsync(ControllerWorld world)
    {
        var number = new DecimalText("0.89");
        var plan = new RebalancePlan
        {
            Metadata = new V1ObjectMeta { Name = "plan-1" },
            Spec = new RebalancePlanSpec
            {
                PolicyName = "default",
                Verdict = PlanVerdicts.Act,
                Reason = "saves",
                Predicted = new PredictedSavings
                {
                    UsdPerHourBefore = number, UsdPerHourAfter = number, UsdPerHourSaved = number, UsdPerHourRiskAndWishes = new DecimalText("-0.01"), UsdMoving = number, UsdNetBenefit = number, StableHours = new DecimalText("24"),
                },
                FreedNodes = [new PlanFreedNode { Name = "dear", UsdPerHour = number }],
            },
        };
        await world.Client.CreateAsync(ApiResource.RebalancePlans, null, plan, default);
        var status = new RebalancePlanStatus { Phase = PlanPhases.Running, StartedAt = (await world.Client.GetAsync<RebalancePlan>(ApiResource.RebalancePlans, null, "plan-1", default))!.Metadata.CreationTimestamp };
        await world.Client.PatchAsync<RebalancePlan>(ApiResource.RebalancePlans, null, "plan-1", new JsonPatch().Set("/status", status), default, "status");
    }

    private static IPEndPoint FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return (IPEndPoint)listener.LocalEndpoint;
    }
}
