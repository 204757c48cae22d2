using System.Text.Json.Nodes;
using k8s.Models;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Simulation.Cluster;
using Rebalancer.Simulation.Nodes;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Simulation.Checks;

/// <summary>What may never happen, whatever fails. Looked at whenever a pod's processes or a Migration change.</summary>
internal sealed class SafetyChecks(World world)
{
    private readonly List<string> violations = [];

    /// <summary>UIDs of pods that a part of Rebalancer deleted, and which part.</summary>
    private readonly Dictionary<string, string> deletedByUs = [];
    private readonly HashSet<string> evicted = [];

    /// <summary>UIDs of pods that a move let go, and the node where: the Migration may be deleted before its source's agent has ended them.</summary>
    private readonly HashSet<(string? Pod, string? Node)> letGo = [];

    public IReadOnlyList<string> Violations => violations;

    /// <summary>How many moves came to which end.</summary>
    public Dictionary<string, int> Ends { get; } = [];

    public void Violated(string what)
    {
        if (!violations.Contains(what))
        {
            world.Trace.Add("VIOLATION", what);
            violations.Add(what);
        }
    }

    public void LookAtCall(string client, ApiCall call, ApiAnswer answer)
    {
        if (answer.Code >= 300 || !call.Path.Contains("/pods/", StringComparison.Ordinal))
        {
            return;
        }

        var name = call.Path.Split('/')[6];
        if (call.Method == "DELETE" && JsonNode.Parse(call.Body!) is { } options && (string?)options["preconditions"]?["uid"] is { } uid)
        {
            world.Trace.Add(client, $"deletes pod {name}");
            deletedByUs.TryAdd(uid, client);
            LookAtDeletion(uid, name, client);
        }
        else if (call.Path.EndsWith("/eviction", StringComparison.Ordinal))
        {
            evicted.Add(name);
        }
    }

    public void Look(PodCopy copy)
    {
        foreach (var other in Others(copy))
        {
            if (copy.State == CopyState.Running && other.State == CopyState.Running && other.Memory == copy.Memory)
            {
                Violated($"two live copies of pod {copy.PodName}: on {copy.Node.Name} and on {other.Node.Name}");
            }

            if (copy.IsNetworkOpen && other.IsNetworkOpen && other.Address == copy.Address)
            {
                Violated($"address {copy.Address} is owned twice: by {copy.PodName} on {copy.Node.Name} and by {other.PodName} on {other.Node.Name}");
            }

            if (copy.State == CopyState.Running && other.State == CopyState.Running && copy.PodName == other.PodName && copy.PodUid != other.PodUid)
            {
                Violated($"two pods named {copy.PodName} run: on {copy.Node.Name} and on {other.Node.Name}");
            }
        }

        if (copy.State != CopyState.Running)
        {
            return;
        }

        foreach (var move in world.Migrations())
        {
            if (move.Status.PodUID == copy.PodUid && move.Status.Decision == Decision.Committed)
            {
                Violated($"{move.Metadata.Name}: the source {copy.PodName} runs on {copy.Node.Name} after the commit");
            }

            if (move.Status.Claim?.PodUID == copy.PodUid && move.Status.Decision != Decision.Committed)
            {
                Violated($"{move.Metadata.Name}: the target {copy.PodName} runs on {copy.Node.Name} under decision '{move.Status.Decision}'");
            }
        }
    }

    public void LookAtEnd(PodCopy copy, EndCause cause)
    {
        if (cause != EndCause.SourceAgent)
        {
            return;
        }

        if (!letGo.Contains((copy.PodUid, copy.Node.Name)) && !world.Migrations().Any(m => m.Status.PodUID == copy.PodUid && m.Status.SourceNode == copy.Node.Name && LetsGo(m)))
        {
            Violated($"the source {copy.PodName} on {copy.Node.Name} was killed before a commit");
        }
    }

    private static bool LetsGo(Migration move) => move.Status.Decision == Decision.Committed || move.Status is { Decision: Decision.Aborted, Owner.Gate: true };

    /// <summary>A budget's pods are disrupted one at a time, or as many as it allows.</summary>
    public void LookAtFreeze(PodCopy copy, Migration move)
    {
        if (move.Status.Decision == Decision.Committed)
        {
            Violated($"{move.Metadata.Name}: a source freezes after the commit");
        }

        var app = copy.PodName.Split('-')[0];
        var others = world.Nodes.SelectMany(n => n.Copies).Where(c => c != copy && c.State == CopyState.Frozen && c.PodName.StartsWith(app + "-", StringComparison.Ordinal)).Select(c => c.PodName).ToList();
        if (app == "web" && others.Count > 0)
        {
            var committed = world.Migrations().Where(m => m.Status.Decision == Decision.Committed).Select(m => m.Spec.PodName).ToHashSet();
            if (others.Exists(name => !committed.Contains(name)))
            {
                Violated($"{copy.PodName} freezes while {string.Join(", ", others)} of the same disruption budget is frozen");
            }
        }
    }

    /// <summary>What is stored, version by version.</summary>
    public async Task WatchAsync()
    {
        using var changes = world.Api.Store.WatchAll();
        await foreach (var change in changes.Reader.ReadAllAsync())
        {
            if (change.Resource.QualifiedPlural == world.Api.Migrations.QualifiedPlural)
            {
                LookAtChange(change);
            }
            else if (change.Resource == Known.Pods && change.Kind != ChangeKind.Modified)
            {
                world.Trace.Add("api", $"pod {change.Object.Key.Name} {change.Kind}");
            }
        }
    }

    private void LookAtChange(WatchEvent change)
    {
        var (now, before) = (change.Object.As<Migration>(), change.Previous?.As<Migration>());
        var name = now.Metadata.Name;
        var text = $"{change.Kind} phase '{now.Status.Phase}' decision '{now.Status.Decision}' source '{now.Status.Source?.State}' target '{now.Status.Target?.State}' {now.Status.Reason}";
        world.Trace.Add("api", $"{name} {text}");
        if (LetsGo(now)) { letGo.Add((now.Status.PodUID, now.Status.SourceNode)); }
        if (before is null)
        {
            return;
        }

        var (was, is_) = (before.Status.Phase ?? "", now.Status.Phase ?? "");
        if (was != is_)
        {
            if (!PhaseTable.Allows(was, is_))
            {
                Violated($"{name}: phase went from '{was}' to '{is_}'");
            }

            if (Phases.IsFinal(is_))
            {
                Ends[is_] = Ends.GetValueOrDefault(is_) + 1;
            }
        }

        if (before.Status.Decision.Length > 0 && before.Status.Decision != now.Status.Decision)
        {
            Violated($"{name}: the decision went from {before.Status.Decision} to '{now.Status.Decision}'");
        }

        if (before.Status.LeaderEpoch > (now.Status.LeaderEpoch ?? 0))
        {
            Violated($"{name}: the leader's epoch went from {before.Status.LeaderEpoch} to {now.Status.LeaderEpoch}");
        }

        if (before.Status.Decision.Length == 0 && now.Status.Decision == Decision.Committed)
        {
            LookAtCommit(now);
        }

        if (was != is_ && is_ == Phases.Succeeded && Target(now) is { State: CopyState.Held })
        {
            Violated($"{name}: succeeded, and its copy is still held");
        }
    }

    /// <summary>From now on only the target can run: it must be there, or all that it is made of.</summary>
    private void LookAtCommit(Migration move)
    {
        foreach (var copy in world.Nodes.SelectMany(n => n.Copies))
        {
            Look(copy);
        }

        if (world.Node(move.Status.TargetNode ?? "") is { } node && Target(move) is null && node.Disk.Images.GetValueOrDefault(move.Metadata.Uid)?.Memory is null && !node.WasRebooted)
        {
            Violated($"{move.Metadata.Name}: committed, and nothing of the pod is on {node.Name}");
        }
    }

    /// <summary>
    /// Before the commit the source's object may go only where its processes are kept, or where it started cold under the name of a pod whose state has not come
    /// back yet; after it the pod that waits for them may not, but by a commit of its own.
    /// </summary>
    private void LookAtDeletion(string uid, string name, string client)
    {
        var moves = world.Migrations().ToList();
        var isCommitted = moves.Exists(m => m.Status.PodUID == uid && m.Status.Decision == Decision.Committed);
        var isInTheWay = moves.Exists(m => m.Spec.PodName == name && m.Status.PodUID != uid && m.Status is { Decision: Decision.Committed, Phase: Phases.Committed, Claim.PodUID: null })
            && world.Nodes.All(n => n.Living(uid) is not { IsRestored: true });
        foreach (var move in moves)
        {
            var status = move.Status;
            if (!isCommitted && !isInTheWay && status.PodUID == uid && status.Decision == Decision.None && status.Phase is not (null or "" or Phases.Pending) && !Phases.IsFinal(status.Phase)
                && status is not { Owner.Gate: true, Source.KillGate: KillGates.Closed })
            {
                Violated($"{move.Metadata.Name}: {client} deleted the source {name} before the commit");
            }

            if (!isCommitted && status.Claim?.PodUID == uid && status.Decision == Decision.Committed && !Phases.IsFinal(status.Phase) && status.Target?.State is not (TargetState.Running or TargetState.ColdStarted))
            {
                Violated($"{move.Metadata.Name}: {client} deleted {name}, which waits for its checkpoint after the commit");
            }
        }
    }

    private PodCopy? Target(Migration move)
        => move.Status.Claim?.PodUID is { } uid ? world.Node(move.Status.TargetNode ?? "")?.Living(uid) : null;

    private IEnumerable<PodCopy> Others(PodCopy copy) => world.Nodes.SelectMany(n => n.Copies).Where(c => c != copy && c.IsAlive);
}
