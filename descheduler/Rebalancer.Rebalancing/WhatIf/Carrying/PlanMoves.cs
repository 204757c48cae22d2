using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Policy.Constraints;
using Rebalancer.Policy.Moves;
using Rebalancer.Rebalancing.Memory;
using Rebalancer.Rebalancing.WhatIf.Accounts;
using Rebalancer.Rebalancing.WhatIf.Clusters;
using Rebalancer.Rebalancing.WhatIf.Events;

namespace Rebalancer.Rebalancing.WhatIf.Carrying;

/// <summary>
/// Migrations of plans, as the controller and the agents would carry them out: refused at the beginning where the target or a disruption budget does not allow them by then; else, after setup
/// and copying, committed, rolled back or lost.
/// </summary>
internal sealed class PlanMoves(SimulatedCluster cluster, Scheduling scheduling, Agenda agenda, ArmAccounts accounts, RebalanceRules rules, SimulationOptions options, Draws draws, IMoveEstimates estimates)
{
    /// <summary>The time within which another move of a pod by a plan counts as one too many.</summary>
    private static readonly TimeSpan TooSoon = TimeSpan.FromMinutes(30);

    private readonly Dictionary<string, Migration> migrations = new(StringComparer.Ordinal);
    private readonly List<RunningMove> running = [];

    public IReadOnlyCollection<Migration> All => migrations.Values;

    public IReadOnlyList<RunningMove> Running => running;

    public int Begun { get; private set; }

    public int Removes { get; private set; }

    /// <summary>Told when one has ended.</summary>
    public Action? Ended { get; set; }

    /// <summary>Told when a pod runs on its target.</summary>
    public Action<SimulatedPod>? Committed { get; set; }

    /// <summary>The cluster as a plan is made from it.</summary>
    public ClusterSnapshot Read() => MoveMemory.Apply(cluster.Snapshot(), All, rules.CoolDowns, agenda.Now);

    public Migration? Find(string name) => migrations.GetValueOrDefault(name);

    /// <summary>Evicts the pod, as far as its disruption budgets allow; it is restarted wherever there is room.</summary>
    public void Evict(PlanMove move)
    {
        if (cluster.Pods.GetValueOrDefault($"{move.Namespace}/{move.Pod}") is not { IsUp: true, Target: null } pod || pod.Uid != move.PodUID
            || cluster.Disruptions.Of(pod.Template).Any(b => IsTaken(b) || BudgetRule.Refusal(cluster.Disruptions.Now(b), () => pod.FullName) is not null))
        {
            return;
        }

        accounts.Evicted(pod);
        scheduling.Lose(pod, byMove: true);
        Ended?.Invoke();
    }

    /// <summary>Of a Migration that a plan has made; one of that name that is there already stays as it is.</summary>
    /// <returns>Whether the pod is on its way.</returns>
    public bool Begin(Migration migration)
    {
        if (!migrations.TryAdd(migration.Metadata.Name, migration))
        {
            return false;
        }

        var pod = cluster.Pods.GetValueOrDefault($"{migration.Metadata.NamespaceProperty}/{migration.Spec.PodName}");
        var target = cluster.Nodes.GetValueOrDefault(migration.Spec.TargetNode!);
        migration.Status = new MigrationStatus { Phase = Phases.Pending, PodUID = migration.Spec.PodUID, SourceNode = pod?.Node?.Info.Name, TargetNode = migration.Spec.TargetNode, StartedAt = agenda.Now };
        migration.Status.Owner = new OwnerRecord { Uid = pod?.Info.Owner?.Uid };
        if (Refusal(migration, pod, target) is { } reason)
        {
            accounts.MoveFailed();
            End(migration, Phases.Failed, reason);
            return false;
        }

        Begun++;
        Removes += pod!.MovedByPlanAt is { } last && agenda.Now - last < TooSoon ? 1 : 0;
        cluster.BeginMove(pod, target!);
        var move = new RunningMove(migration, pod, pod.Node!, target!, migration.Spec.Reason ?? MoveReasons.Consolidation);
        running.Add(move);
        var estimate = estimates.Of(pod.Info);
        agenda.After(MoveTimes.Setup + MoveTimes.Of(estimate.Bytes, Rate(), estimate.FreezeSeconds), () => Finish(move));
        return true;
    }

    /// <summary>Gives up what has not ended.</summary>
    public void Abort(string name) => CancelAll(m => m.Migration.Metadata.Name == name, Reasons.UserAborted);

    /// <summary>The pod goes by itself.</summary>
    public void PodGoes(SimulatedPod pod) => CancelAll(m => m.Pod == pod, Reasons.PodNotFound);

    /// <summary>The node is taken away.</summary>
    public void NodeGoes(SimulatedNode node)
    {
        CancelAll(m => m.Target == node, Reasons.TargetLost);
        CancelAll(m => m.Source == node, Reasons.SourceLost);
    }

    /// <summary>Migrations are kept as long as cool-downs look at them, a day at least.</summary>
    public void Forget()
    {
        var keep = TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerDay, Math.Max(rules.CoolDowns.LastSource.Ticks, rules.CoolDowns.Pod.Ticks)));
        foreach (var old in migrations.Values.Where(m => m.Status.CompletedAt < agenda.Now - keep).ToList()) { migrations.Remove(old.Metadata.Name); }
    }

    private string? Refusal(Migration migration, SimulatedPod? pod, SimulatedNode? target)
        => pod is null ? Reasons.PodNotFound
            : pod.Uid != migration.Spec.PodUID || !pod.IsUp || pod.Target is not null ? Reasons.PodReplaced
            : target is null ? Reasons.TargetUnknown
            : !target.TakesMoves ? Reasons.TargetDoomed
            : cluster.Room.CheckMove(pod.Number, pod.Node!.Number, target.Number) is var kind and not RejectionKind.None ? (kind is RejectionKind.Resources or RejectionKind.PodLimit ? Reasons.TargetNoRoom : Reasons.TargetConstraint)
            : cluster.Disruptions.Of(pod.Template).Any(b => IsTaken(b) || BudgetRule.Refusal(cluster.Disruptions.Now(b), () => pod.FullName) is not null) ? Reasons.DisruptionBudget
            : null;

    /// <summary>Another pod of the budget moves already.</summary>
    private bool IsTaken(int budget) => running.Exists(m => cluster.Disruptions.Of(m.Pod.Template).Contains(budget));

    private double Rate() => rules.BandwidthMbit is > 0 and var mbit ? Math.Min(MoveTimes.PlanRate, mbit * MoveTimes.BytesPerMbit / (running.Count + 1)) : MoveTimes.PlanRate;

    private void Finish(RunningMove move)
    {
        if (!running.Remove(move))
        {
            return;
        }

        var (pod, status, name) = (move.Pod, move.Migration.Status, move.Migration.Metadata.Name);
        if (draws.Share("rolls back", name) < options.Faults.RolledBackShare)
        {
            cluster.CancelMove(pod);
            accounts.MoveFailed();
            End(move.Migration, Phases.RolledBack, Reasons.TransferFailed);
        }
        else if (draws.Share("lost", name) < estimates.Of(pod.Info).FailureShare)
        {
            accounts.LostByMove(pod);
            scheduling.Lose(pod, byMove: true);
            End(move.Migration, Phases.Failed, Reasons.RestoreFailed);
        }
        else
        {
            accounts.Moved(pod);
            cluster.CommitMove(pod);
            Committed?.Invoke(pod);
            pod.MovedByPlanAt = agenda.Now;
            (status.Decision, status.Claim) = (Decision.Committed, new Claim { PodUID = pod.Uid });
            status.Target = new TargetStatus { FreezeMs = (long)(estimates.Of(pod.Info).FreezeSeconds * 1000) };
            End(move.Migration, Phases.Succeeded, null);
        }
    }

    private void CancelAll(Predicate<RunningMove> which, string reason)
    {
        foreach (var move in running.FindAll(which))
        {
            running.Remove(move);
            cluster.CancelMove(move.Pod);
            accounts.MoveFailed();
            End(move.Migration, Phases.RolledBack, reason);
        }
    }

    private void End(Migration migration, string phase, string? reason)
    {
        (migration.Status.Phase, migration.Status.Reason, migration.Status.CompletedAt) = (phase, reason, agenda.Now);
        Ended?.Invoke();
    }
}

/// <summary>A move of a plan that is under way.</summary>
internal sealed record RunningMove(Migration Migration, SimulatedPod Pod, SimulatedNode Source, SimulatedNode Target, string Reason);
