using k8s.Models;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.Migrations;

/// <summary>What the agents of a simulated move write, step by step.</summary>
internal static class Agents
{
    public static SimulatedMove ToPreflight(this SimulatedMove move) => move.Settle();

    public static SimulatedMove ToPreCopying(this SimulatedMove move)
    {
        move.ToPreflight().Write(s =>
        {
            s.Source = new SourceStatus { State = SourceState.Ready, Cpu = Script.Cpu, KillGate = move.HasGate ? KillGates.Open : null };
            s.Target = new TargetStatus { State = TargetState.Ready, Cpu = Script.Cpu };
        });
        return move.Settle();
    }

    /// <summary>Waits for a notice, with all memory on the target.</summary>
    public static SimulatedMove ToHolding(this SimulatedMove move)
    {
        move.Migration.Spec.Cutover = Cutovers.OnNotice;
        move.ToPreCopying().Write(s => (s.Source!.State, s.Source.HeldBytes, s.Source.PendingBytes) = (SourceState.Holding, 512_000_000, 3_000_000));
        return move.Settle();
    }

    public static SimulatedMove LetGo(this SimulatedMove move)
    {
        move.Migration.Metadata.Annotations = new Dictionary<string, string>(move.Migration.Metadata.Annotations ?? new Dictionary<string, string>()) { [Names.Cutover] = "true" };
        return move;
    }

    public static SimulatedMove ToPreparing(this SimulatedMove move)
    {
        move.ToPreCopying().Write(s => (s.Source!.State, s.Source.Strategy) = (SourceState.Copied, Strategies.PreCopy));
        move.Settle();
        if (move.Status.Owner?.Gate == true)
        {
            move.Write(s => s.Source!.KillGate = KillGates.Closed);
            move.Settle();
        }

        move.OwnerReacts();
        return move.Settle();
    }

    public static SimulatedMove ToFreezing(this SimulatedMove move)
    {
        move.ToPreparing().Write(s => s.Target!.State = TargetState.Prepared);
        return move.Settle();
    }

    public static SimulatedMove ToRestoring(this SimulatedMove move)
    {
        move.ToFreezing().Write(s => s.Source!.State = SourceState.Transferred);
        return move.Settle();
    }

    public static SimulatedMove ToCommitted(this SimulatedMove move)
    {
        move.ToRestoring().Decide(Decision.Committed);
        return move.Settle();
    }

    public static SimulatedMove ToSourceGone(this SimulatedMove move)
    {
        move.ToCommitted().Source = null;
        move.IsSourceAlive = false;
        move.OwnerReacts();
        return move.Settle();
    }

    public static SimulatedMove ToSucceeded(this SimulatedMove move)
    {
        move.ToSourceGone().Write(s => s.Target!.State = TargetState.Running);
        return move.Settle();
    }

    /// <summary>To the phase of this name, the good way.</summary>
    public static SimulatedMove To(this SimulatedMove move, string phase) => phase switch
    {
        Phases.Pending => move,
        Phases.Preflight => move.ToPreflight(),
        Phases.PreCopying => move.ToPreCopying(),
        Phases.Preparing => move.ToPreparing(),
        Phases.Freezing => move.ToFreezing(),
        Phases.Restoring => move.ToRestoring(),
        Phases.Committed => move.ToCommitted(),
        _ => move.ToSucceeded(),
    };

    public static void Terminate(this V1Pod pod, DateTimeOffset now) => pod.Metadata.DeletionTimestamp = now.UtcDateTime;
}
