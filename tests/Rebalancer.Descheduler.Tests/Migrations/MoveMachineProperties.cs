using Rebalancer.Descheduler.Migrations;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;

namespace Rebalancer.Descheduler.Tests.Migrations;

/// <summary>
/// Random histories. What must never happen is asserted by SimulatedMove at every action: a source deleted without a commit, a pod created beside a
/// living source, labels taken before they were written down, a wait without a limit, an illegal phase.
/// </summary>
public sealed class MoveMachineProperties
{
    private const int Histories = 2000;
    private const int Events = 60;

    [Theory]
    [InlineData(OwnerKinds.ReplicaSet, false)]
    [InlineData(OwnerKinds.StatefulSet, false)]
    [InlineData(OwnerKinds.StatefulSet, true)]
    [InlineData(OwnerKinds.None, false)]
    [InlineData(OwnerKinds.None, true)]
    [InlineData(OwnerKinds.ReplicaSet, false, true)]
    [InlineData(OwnerKinds.StatefulSet, true, true)]
    [InlineData(OwnerKinds.None, false, true)]
    public void Next_RandomHistories_DecisionNeverChangesAndEveryMoveEnds(string kind, bool gate, bool held = false)
    {
        var ends = new HashSet<string>();
        var heldEnds = 0;
        for (var seed = 0; seed < Histories; seed++)
        {
            var move = new SimulatedMove(kind, gate) { Budgets = seed % 2 == 0 ? [] : [Budget], Given = new MoveLimits { HoldSeconds = 120 } };
            move.Migration.Spec.Cutover = held ? Cutovers.OnNotice : Cutovers.Now;
            ends.Add(Play(move, new Random(seed), seed));
            heldEnds += move.Migration.IsHeld ? 1 : 0;
        }

        // The histories reach every end, held ones with and without a notice, or they prove little.
        Assert.Equal([Phases.Failed, Phases.RolledBack, Phases.Succeeded], ends.Order());
        Assert.InRange(heldEnds, held ? Histories / 10 : 0, held ? Histories * 9 / 10 : 0);
    }

    /// <summary>Of any pod, with one disruption to give.</summary>
    private static DisruptionBudget Budget => new("any", new LabelSelector([]), true, DisruptionsAllowed: 1, CurrentHealthy: 2, DesiredHealthy: 1, [], []);

    private static string Play(SimulatedMove move, Random random, int seed)
    {
        var decision = "";
        for (var i = 0; i < Events && !move.Final; i++)
        {
            Happen(move, random);
            decision = Keeps(decision, move, seed);
            move.Settle();
            decision = Keeps(decision, move, seed);
        }

        // Nobody does anything any more: time alone must end it.
        for (var i = 0; i < 40 && !move.Final; i++)
        {
            move.Pass(TimeSpan.FromSeconds(30)).Settle();
            decision = Keeps(decision, move, seed);
            if (move is { IsGateClosed: true, Phase: Phases.Aborting } && i > 10)
            {
                // The one thing that must be known and cannot be guessed: that the source has ended.
                AgentsGoOn(move);
            }
        }

        Assert.True(move.Final, $"seed {seed}: stuck in {move.Phase}");
        Assert.NotEqual("", move.Status.Decision);
        Assert.True(move.Status.Decision == Decision.Committed || move.Migration.Metadata.Labels is null, $"seed {seed}: the pod's name is still kept from everybody");
        Assert.True(move.Phase != Phases.RolledBack || move.Source is not null, $"seed {seed}: rolled back without a source");
        Assert.True(move.Phase != Phases.RolledBack || move.Budgets.All(b => b.DisruptedPods.IsEmpty), $"seed {seed}: rolled back, and still counted as disrupted");
        Assert.True(move.Phase != Phases.Succeeded || (move.Source is null && move.Replacement is not null), $"seed {seed}: succeeded with {(move.Source is null ? "no pod" : "two pods")}");
        return move.Phase;
    }

    private static string Keeps(string before, SimulatedMove move, int seed)
    {
        Assert.True(before.Length == 0 || before == move.Status.Decision, $"seed {seed}: decision went from {before} to {move.Status.Decision}");
        return move.Status.Decision;
    }

    private static void Happen(SimulatedMove move, Random random)
    {
        if (move.Migration.IsHeld && random.Next(12) == 0)
        {
            move.LetGo();
        }
        else if (move is { Migration.IsHeld: true, Phase: Phases.PreCopying, Status.Source: { } source } && random.Next(40) == 0)
        {
            // An agent that does not know of holding.
            source.State = SourceState.Copied;
        }

        switch (random.Next(100))
        {
            case < 55:
                AgentsGoOn(move);
                break;
            case < 70:
                move.OwnerReacts(claims: random.Next(4) > 0);
                break;
            case < 88:
                move.Pass(TimeSpan.FromSeconds(random.Next(1, 15)));
                break;
            case < 90:
                move.Decide(Decision.Aborted);
                break;
            // Without a finalizer the object would be gone at once, and the history over.
            case 90 when move.Migration.Metadata.Finalizers is not null:
                move.Migration.Metadata.DeletionTimestamp = move.Now.UtcDateTime;
                break;
            case 91:
                move.Migration.Metadata.Annotations = new Dictionary<string, string>(move.Migration.Metadata.Annotations ?? new Dictionary<string, string>()) { [Names.Abort] = "true" };
                break;
            case 92:
                // kubelet ends what loses its object, unless the gate keeps it.
                (move.Source, move.IsSourceAlive) = (null, move.IsSourceAlive && move.IsGateClosed);
                break;
            case 93:
                move.Source?.Terminate(move.Now);
                break;
            case 94:
                move.Replacement = null;
                break;
            case 95:
                move.Replacement?.Terminate(move.Now);
                break;
            case 96 when move.Owner is not null:
                move.Owner.Spec.Replicas = random.Next(2);
                break;
            case 96 when move.Set is not null:
                move.Set.Spec.Replicas = random.Next(2);
                break;
            case 97:
                (move.Owner, move.Set, move.Replacement) = (null, null, null);
                break;
            case 98 when move.Status.Target is not null:
                move.Write(s => s.Target!.State = TargetState.Failed);
                break;
            case 99 when move.Status.Source is not null && move.Status.Decision != Decision.Committed:
                move.Write(s => s.Source!.State = SourceState.Thawed);
                break;
        }
    }

    /// <summary>The next step of a good move, or of a clean abort.</summary>
    private static void AgentsGoOn(SimulatedMove move)
    {
        var status = move.Status;
        if (status.Decision == Decision.Aborted)
        {
            if (move is { IsGateClosed: true, Source: null, Phase: Phases.Aborting })
            {
                move.IsSourceAlive = false;
                move.Write(s => s.Source!.State = SourceState.Released);
            }
            else if (!move.IsGateClosed || move.Phase == Phases.Aborting)
            {
                move.Write(s => s.Source = s.Source is null ? null : new SourceStatus { State = SourceState.Thawed });
            }
        }
        else if (status.Decision == Decision.Committed)
        {
            if (move.Source is not null || move.IsSourceAlive)
            {
                (move.Source, move.IsSourceAlive) = (null, false);
            }
            else if (status.Claim?.PodUID is not null)
            {
                move.Write(s => s.Target = new TargetStatus { State = TargetState.Running });
            }
        }
        else if (status.Phase == Phases.Preflight)
        {
            move.Write(s =>
            {
                s.Source = new SourceStatus { State = SourceState.Ready, Cpu = World.Script.Cpu, KillGate = move.HasGate ? KillGates.Open : null };
                s.Target = new TargetStatus { State = TargetState.Ready, Cpu = World.Script.Cpu };
            });
        }
        else if (status is { Phase: Phases.PreCopying, Source: not null })
        {
            move.Write(s => s.Source!.State = move.Migration.IsHeld ? SourceState.Holding : SourceState.Copied);
        }
        else if (status is { Phase: Phases.Preparing, Owner.Gate: true, Source.KillGate: KillGates.Open })
        {
            move.Write(s => s.Source!.KillGate = KillGates.Closed);
        }
        else if (status is { Phase: Phases.Preparing, Owner.Gate: true, Claim.PodUID: null })
        {
            move.OwnerReacts();
        }
        else if (status is { Phase: Phases.Preparing, Claim: not null, Target: not null })
        {
            move.Write(s => s.Target!.State = TargetState.Prepared);
        }
        else if (status is { Phase: Phases.Freezing, Source: not null })
        {
            move.Write(s => s.Source!.State = SourceState.Transferred);
        }
        else if (status.Phase == Phases.Restoring)
        {
            move.Decide(Decision.Committed);
        }
    }
}
