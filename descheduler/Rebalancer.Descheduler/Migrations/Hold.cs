using System.Globalization;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Planning;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>
/// A move that waits for a notice: its memory is copied and kept current. Nothing of the pod, its owner, its Services or its budgets is touched, and no
/// replacement is there, which could not wait (kubelet gives a sandbox 4 min) and would count as a pod that is not ready; the target's room is kept by
/// <see cref="Reservations"/>.
/// </summary>
internal static class Hold
{
    private const double BytesPerMb = 1e6;

    /// <summary>A target that has become none is noticed within this.</summary>
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(60);

    public static MoveStep Next(Observation o)
    {
        var left = TimeSpan.FromSeconds(o.Limits.HoldSeconds) - o.PhaseAge;
        if ((left <= TimeSpan.Zero ? $"no notice came within {o.Limits.HoldSeconds:0} s" : Obstacle(o)) is { } why)
        {
            return MoveMachine.Abort(o, Reasons.HoldEnded, why);
        }

        var (reason, message) = Progress(o);
        var wait = PhaseLimit.UntilDeadline(o, left < Recheck ? left : Recheck);
        var shown = o.Status.Conditions?.FirstOrDefault(c => c.Type == Conditions.Holding);
        return shown is { Status: "True" } && shown.Reason == reason && shown.Message == message
            ? MoveStep.Wait(wait)
            : new MoveStep([new MoveAction.WriteStatus(o.Phase, StatusChange.None.WithReason(null, message).WithCondition(o, Conditions.Holding, true, reason, message))], wait);
    }

    /// <summary>From here on it is a move like any other, with the limit of one that begins to copy.</summary>
    public static MoveStep LetGo(Observation o)
    {
        const string message = "the move was let go";
        return MoveStep.Do(
            new MoveAction.WriteStatus(o.Phase, StatusChange.None.SetItem("phaseStartedAt", o.Now).WithReason(null, null).WithCondition(o, Conditions.Holding, false, "LetGo", message)),
            new MoveAction.Tell(OnPod: false, Warning: false, "LetGo", message));
    }

    /// <summary>Those that hold a copy, or are about to.</summary>
    public static IEnumerable<Migration> Open(IEnumerable<Migration> migrations) => migrations.Where(m => m.IsHeld && !Phases.IsFinal(m.Status.Phase));

    /// <summary>The Migration that another one has to wait for until it has given way; null: there is none.</summary>
    public static Migration? Of(string? podUid, IEnumerable<Migration> migrations)
        => Open(migrations).FirstOrDefault(m => m.Status.PodUID == podUid);

    private static string? Obstacle(Observation o)
    {
        if (o.Status.Source?.State == SourceState.Copied)
        {
            return $"the source agent on {o.Status.SourceNode} does not hold moves, or somebody has taken annotation {Names.Cutover} back";
        }

        if (o.Cluster.OtherMigrations.FirstOrDefault(m => TakesOver(m, o)) is { } other)
        {
            return $"Migration {other.Metadata.Name} moves the pod";
        }

        return TargetChooser.Check(o.Cluster.Snapshot.Value, PodMapping.ToModel(o.Source!, []), o.Status.TargetNode!) is { } rejection ? $"target node {rejection}" : null;
    }

    private static bool TakesOver(Migration other, Observation o)
        => !other.IsHeld && !Phases.IsFinal(other.Status.Phase)
            && other.Metadata.NamespaceProperty == o.Migration.Metadata.NamespaceProperty && other.Spec.PodName == o.Migration.Spec.PodName;

    private static (string Reason, string Message) Progress(Observation o) => o.Status.Source is { State: SourceState.Holding, HeldBytes: { } held } source
        ? (SourceState.Holding, string.Create(CultureInfo.InvariantCulture, $"waits for a notice with {held / BytesPerMb:0} MB on {o.Status.TargetNode}, of which the pod rewrites {(source.PendingBytes ?? 0) / BytesPerMb:0.0} MB between two rounds"))
        : ("Copying", $"copies memory to {o.Status.TargetNode} ahead of a notice");
}
