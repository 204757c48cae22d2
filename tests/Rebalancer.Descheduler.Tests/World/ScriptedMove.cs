using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Tests.World;

/// <summary>One look of both agents at one Migration.</summary>
internal sealed class ScriptedMove(ApiClient client, Script script, Migration migration, IReadOnlyList<V1Pod> pods)
{
    private MigrationStatus Status => migration.Status;
    private string Ns => migration.Metadata.NamespaceProperty;
    private V1Pod? Source => pods.FirstOrDefault(p => p.Metadata.Uid == Status.PodUID);
    private bool IsMadeLast => Status.Owner is { IsReplacedFirst: false };

    public Task StepAsync() => Status.Decision switch
    {
        Decision.Committed => AfterCommitAsync(),
        Decision.Aborted => AfterAbortAsync(),
        _ => BeforeDecisionAsync(),
    };

    private async Task BeforeDecisionAsync()
    {
        var target = Status.Target?.State;
        switch (Status.Phase)
        {
            case Phases.Preflight when Status.Source is null && script.SourceAnswers:
                await SourceAsync(script.SourceRefuses ?? Ready());
                break;
            case Phases.Preflight when Status.Target is null && script.TargetAnswers:
                await TargetAsync(script.TargetRefuses ?? new TargetStatus { State = TargetState.Ready, Cpu = script.TargetCpu });
                break;
            case Phases.PreCopying when script.Copies && migration.IsHeld && Status.Source?.State == SourceState.Ready:
                await SourceAsync(With(SourceState.Holding));
                break;
            case Phases.PreCopying when script.Copies && !migration.IsHeld && Status.Source?.State is SourceState.Ready or SourceState.Holding:
                await SourceAsync(With(SourceState.Copied));
                break;
            case Phases.Preparing when Status is { Owner.Gate: true, Source.KillGate: KillGates.Open }:
                await SourceAsync(With(SourceState.Copied, KillGates.Closed));
                break;
            case Phases.Preparing when script.Prepares && target == TargetState.Ready && (IsMadeLast ? Status.Claim is not null : BoundIsPlaced()):
                await TargetAsync(new TargetStatus { State = TargetState.Prepared });
                break;
            case Phases.Freezing when script.Freezes && Status.Source?.State == SourceState.Copied:
                await SourceAsync(With(SourceState.Transferred));
                break;
            case Phases.Freezing or Phases.Restoring when Status.Source?.State == SourceState.Transferred && target == TargetState.Prepared && !IsMadeLast:
                await TargetAsync(script.RestoreFails
                    ? new TargetStatus { State = TargetState.Failed, Reason = Reasons.RestoreFailed, Message = "restore refused", LogLine = "Can't lookup mount" }
                    : new TargetStatus { State = TargetState.Held });
                break;
            case Phases.Freezing or Phases.Restoring when script.Commits && (IsMadeLast ? Status.Source?.State == SourceState.Transferred : target == TargetState.Held):
                await PatchAsync(new JsonPatch().Test("/status/decision", Decision.None).Set("/status/decision", Decision.Committed));
                break;
        }
    }

    private async Task AfterCommitAsync()
    {
        if (script.Releases && Source is { } source)
        {
            await client.DeleteAsync(ApiResource.Pods, Ns, source.Metadata.Name, source.Metadata.Uid, 0, default);
        }
        else if (script.Releases && Status.Source?.State != SourceState.Released)
        {
            await SourceAsync(With(SourceState.Released));
        }
        else if (Status.Target?.State is not (TargetState.Running or TargetState.ColdStarted) && script.Runs && BoundIsPlaced())
        {
            await TargetAsync(new TargetStatus { State = script.ColdStarts ? TargetState.ColdStarted : TargetState.Running, FreezeMs = 67 });
        }
    }

    private async Task AfterAbortAsync()
    {
        if (script.Thaws && Status.Source is { State: not (SourceState.Thawed or SourceState.Refused) })
        {
            await SourceAsync(With(SourceState.Thawed));
        }

        if (Status.Target is { State: not (TargetState.Cleaned or TargetState.Refused or TargetState.Failed) })
        {
            await TargetAsync(new TargetStatus { State = TargetState.Cleaned });
        }
    }

    private bool BoundIsPlaced()
        => Status.Claim?.PodUID is { } uid && pods.Any(p => p.Metadata.Uid == uid && p.Spec.NodeName == Status.TargetNode);

    private SourceStatus Ready() => new()
    {
        State = SourceState.Ready,
        Cpu = Script.Cpu,
        Containers = [new MovedContainer { Name = "app", ContainerID = "c-" + Status.PodUID }],
        ContainerID = "c-" + Status.PodUID,
        ContainerName = "app",
        KillGate = script.Gate ? KillGates.Open : null,
        Address = "10.88.1.4/16",
    };

    private SourceStatus With(string state, string? killGate = null)
    {
        var status = Ready();
        (status.State, status.KillGate) = (state, killGate ?? Status.Source?.KillGate);
        return status;
    }

    private Task<Migration> SourceAsync(SourceStatus status) => PatchAsync(new JsonPatch().Set("/status/source", status));

    private Task<Migration> TargetAsync(TargetStatus status) => PatchAsync(new JsonPatch().Set("/status/target", status));

    private Task<Migration> PatchAsync(JsonPatch patch)
        => client.PatchAsync<Migration>(ApiResource.Migrations, Ns, migration.Metadata.Name, patch, default, "status");
}
