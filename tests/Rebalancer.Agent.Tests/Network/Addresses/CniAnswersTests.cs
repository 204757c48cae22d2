using k8s.Models;
using Rebalancer.Agent.Network.Addresses;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Network.Addresses;

public sealed class CniAnswersTests
{
    private readonly MemoryRecords _records = new();
    private readonly CniNode _a;
    private readonly CniNode _b;

    public CniAnswersTests() => (_a, _b) = (new CniNode("a", _records, seed: 1), new CniNode("b", _records, seed: 2));

    [Fact]
    public async Task Add_AgainForTheSameSandbox_AnswersTheSameAddress()
    {
        var address = await _a.AddAsync("u1");
        Assert.EndsWith("/16", address, StringComparison.Ordinal);
        Assert.Equal(address, await _a.AddAsync("u1"));
        Assert.NotEqual(address, await _a.AddAsync("u2"));
        Assert.Equal(2, _records.All.Count());
        await _a.CheckAsync("u1");
    }

    [Fact]
    public async Task Delete_OfASandboxThatAnotherHasReplaced_KeepsTheAddress()
    {
        var address = await _a.AddAsync("u1", "first");
        Assert.Equal(address, await _a.AddAsync("u1", "second"));
        await _a.DeleteAsync("u1", "first");
        Assert.Equal(address, await _a.AddAsync("u1", "second"));
        await _a.DeleteAsync("u1", "second");
        Assert.Empty(_records.All);
        await _a.DeleteAsync("u1", "second");
        await _a.DeleteAsync("", "second");
    }

    [Fact]
    public async Task Delete_WithoutAPodUid_FreesWhatTheSandboxHad()
    {
        await _a.AddAsync("u1", "s1");
        await _a.AddAsync("u2", "s2");
        await _a.DeleteAsync("", "s1");
        Assert.Equal("u2", Assert.Single(_records.All).Spec.PodUID);
    }

    [Fact]
    public async Task Add_OfManyPodsAfterAMove_NeverGivesTheMovedAddressAgain()
    {
        var (a, b) = (new CniNode("a", _records, seed: 1) { Subnet = "10.88.0.0/24" }, new CniNode("b", _records, seed: 2) { Subnet = "10.88.0.0/24" });
        var moved = await a.AddAsync("source");
        var move = Move(moved);
        b.Claims["heir"] = move;
        Assert.Equal(moved, await b.AddAsync("heir"));
        Assert.Equal("source", _records.OwnerOf(Bare(moved)));
        Commit(move);
        await b.HandOverAsync(move);
        await a.DeleteAsync("source");
        Assert.Equal("heir", _records.OwnerOf(Bare(moved)));

        // 254 addresses less the gateway and the moved one.
        var given = new HashSet<string> { moved };
        for (var i = 0; i < 252; i++)
        {
            Assert.True(given.Add(await a.AddAsync($"new{i}")), "an address was given to two pods");
        }

        var full = await Assert.ThrowsAsync<AddressException>(() => a.AddAsync("one too many"));
        Assert.Equal(AddressReasons.RangeFull, full.Reason);
        Assert.Contains("253", full.Message, StringComparison.Ordinal);

        // What another node frees is found again although this one remembers it as taken.
        await b.DeleteAsync("heir");
        Assert.Equal(moved, await a.AddAsync("one more"));
    }

    [Fact]
    public async Task Add_WhenANodeIsGone_LeavesItsPodsTheirAddresses()
    {
        var onA = await _a.AddAsync("u1");
        for (var i = 0; i < 250; i++)
        {
            Assert.NotEqual(onA, await _b.AddAsync($"new{i}"));
        }

        Assert.Equal("u1", _records.OwnerOf(Bare(onA)));
    }

    [Fact]
    public async Task Add_OnTwoNodesThatTryTheSame_GivesEachAddressOnce()
    {
        // The same seed, and both remember an empty cluster.
        var twin = new CniNode("twin", _records, seed: 1);
        var first = await _a.AddAsync("u1");
        var second = await twin.AddAsync("u2");
        Assert.NotEqual(first, second);
        Assert.NotEqual(second, await _a.AddAsync("u3"));
    }

    [Fact]
    public async Task Add_OfAClaimedPod_ClosesItsInterfaceAndLeavesTheRecordWithTheSource()
    {
        var move = Move(await _a.AddAsync("source"));
        _b.Claims["heir"] = move;
        Assert.Equal(move.Status.Source!.Address, await _b.AddAsync("heir"));
        Assert.Equal("/run/netns/heir eth0 0a:58:0a:58:00:07", Assert.Single(_b.Arrived));
        Assert.Equal("source", Assert.Single(_records.All).Spec.PodUID);

        // The move is given up: what the target's sandbox leaves behind is nothing, and the source keeps its own.
        await _b.DeleteAsync("heir");
        Assert.Equal("source", Assert.Single(_records.All).Spec.PodUID);
    }

    /// <summary>Each node gives out its own part of one network; what moves in keeps the address of another node's part, also when its sandbox is made anew.</summary>
    [Fact]
    public async Task Add_OfAClaimedPodFromAnotherNodesRange_KeepsItsAddress()
    {
        var one = new CniNode("a", _records) { Range = ("10.88.1.2", "10.88.1.9") };
        var other = new CniNode("b", _records) { Range = ("10.88.2.2", "10.88.2.9") };
        var move = Move(await one.AddAsync("source"));
        other.Claims["heir"] = move;
        Assert.Equal(move.Status.Source!.Address, await other.AddAsync("heir", "first"));

        Commit(move);
        await other.HandOverAsync(move);
        move.Status.Target = new TargetStatus { State = TargetState.Running };
        Assert.Equal(move.Status.Source!.Address, await other.AddAsync("heir", "second"));
    }

    [Fact]
    public async Task Add_OfAClaimedPodWhoseAddressIsAnothers_IsRefusedBeforeAnythingIsTouched()
    {
        var move = Move(await _a.AddAsync("somebody"));
        _b.Claims["heir"] = move;
        var refusal = await Assert.ThrowsAsync<AddressException>(() => _b.AddAsync("heir"));
        Assert.Equal(AddressReasons.AddressLost, refusal.Reason);
        Assert.Empty(_b.Arrived);
    }

    [Fact]
    public async Task Add_OfAPodThatHasMovedInAndRuns_IsAnOrdinaryOne()
    {
        var move = Move(await _a.AddAsync("source"));
        _b.Claims["heir"] = move;
        await _b.AddAsync("heir", "first");
        Commit(move);
        await _b.HandOverAsync(move);
        move.Status.Target = new TargetStatus { State = TargetState.Running };
        _b.Arrived.Clear();
        Assert.Equal(move.Status.Source!.Address, await _b.AddAsync("heir", "second"));
        Assert.Empty(_b.Arrived);
        Assert.Equal("second", Assert.Single(_records.All).Spec.SandboxID);
    }

    [Fact]
    public async Task Delete_OfACommittedSource_HandsOverAndTheTargetCompletesIt()
    {
        var move = Move(await _a.AddAsync("source"));
        _b.Claims["heir"] = move;
        await _b.AddAsync("heir", "arrival");
        Commit(move);
        await _a.DeleteAsync("source");
        Assert.Equal("heir", Assert.Single(_records.All).Spec.PodUID);
        await _b.HandOverAsync(move);
        await _b.HandOverAsync(move);
        var record = Assert.Single(_records.All);
        Assert.Equal(("heir", "arrival", "b"), (record.Spec.PodUID, record.Spec.SandboxID, record.Spec.Node));
        await _a.DeleteAsync("source");
        Assert.Equal("heir", Assert.Single(_records.All).Spec.PodUID);
    }

    [Fact]
    public async Task Delete_OfACommittedBarePod_KeepsTheAddressForTheHeirToCome()
    {
        var move = Move(await _a.AddAsync("source"));
        Commit(move);
        move.Status.Claim!.PodUID = null;
        await _a.DeleteAsync("source");
        Assert.Equal("source", Assert.Single(_records.All).Spec.PodUID);

        move.Status.Claim.PodUID = "heir";
        _b.Claims["heir"] = move;
        Assert.Equal(move.Status.Source!.Address, await _b.AddAsync("heir"));
        Assert.Equal("heir", Assert.Single(_records.All).Spec.PodUID);
    }

    [Fact]
    public async Task Delete_OfASourceThatMayCommitYet_IsAskedAgainLater()
    {
        var move = Move(await _a.AddAsync("source"));
        var refusal = await Assert.ThrowsAsync<AddressException>(() => _a.DeleteAsync("source"));
        Assert.Equal(AddressReasons.MoveUndecided, refusal.Reason);
        move.Status.Decision = Decision.Aborted;
        await _a.DeleteAsync("source");
        Assert.Empty(_records.All);
    }

    [Fact]
    public async Task HandOver_AfterAFurtherMoveOrTheHeirsEnd_ChangesNothing()
    {
        var move = Move(await _a.AddAsync("source"));
        Commit(move);
        await _b.HandOverAsync(move);
        await _b.DeleteAsync("heir");
        await _b.HandOverAsync(move);
        Assert.Empty(_records.All);

        _records.LivingPods.Add("heir");
        await _b.HandOverAsync(move);
        Assert.Equal("heir", Assert.Single(_records.All).Spec.PodUID);

        var record = Assert.Single(_records.All);
        AddressRecord.GiveTo(record, new AddressOwner("later", "default", "later", "c", "s"));
        await _b.HandOverAsync(move);
        Assert.Equal("later", Assert.Single(_records.All).Spec.PodUID);
    }

    [Fact]
    public async Task HandOver_BeforeTheCommit_IsRefused()
    {
        var move = Move(await _a.AddAsync("source"));
        var refusal = await Assert.ThrowsAsync<AddressException>(() => _b.HandOverAsync(move));
        Assert.Equal(AddressReasons.MoveUndecided, refusal.Reason);
        Assert.Equal("source", Assert.Single(_records.All).Spec.PodUID);
    }

    private Migration Move(string address)
    {
        var move = new Migration
        {
            Metadata = new V1ObjectMeta { Name = "move", NamespaceProperty = "default" },
            Status =
            {
                PodUID = "source",
                SourceNode = "a",
                TargetNode = "b",
                Source = new SourceStatus { Address = address, Mac = "0a:58:0a:58:00:07" },
                Claim = new Claim { Token = "t", PodName = "pod-heir", PodUID = "heir" },
            },
        };
        _records.Leaving.Add(move);
        return move;
    }

    private static void Commit(Migration move) => move.Status.Decision = Decision.Committed;

    private static string Bare(string address) => address.Split('/')[0];
}
