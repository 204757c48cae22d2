using System.Collections.Immutable;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Descheduler.Migrations.Owners;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;

namespace Rebalancer.Descheduler.Tests.Migrations;

/// <summary>One move without an API server: applies the machine's actions to objects in memory, under the same compare-and-set rules, and checks them.</summary>
internal sealed class SimulatedMove
{
    public static readonly MoveLimits Limits = new();
    private const string Uid = "uid-source";
    private int names;

    /// <param name="kind">Of the pod's owner.</param>
    /// <param name="gate">The source's containers run under the wrapper.</param>
    public SimulatedMove(string kind = OwnerKinds.ReplicaSet, bool gate = false)
    {
        (Kind, HasGate) = (kind, gate);
        Source = Running(Builders.Pod("redis", "source"), Uid);
        if (kind == OwnerKinds.StatefulSet)
        {
            Set = new V1StatefulSet
            {
                Metadata = new V1ObjectMeta { Name = "redis", NamespaceProperty = ControllerWorld.Ns, Uid = "uid-owner" },
                Spec = new V1StatefulSetSpec { Replicas = 1, Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "redis" } } },
                Status = new V1StatefulSetStatus { Replicas = 1, ReadyReplicas = 1 },
            };
            Source.Metadata.OwnerReferences = [OwnerReference()];
        }
        else if (kind != OwnerKinds.None)
        {
            // A Job lets go of its pods and makes others as a ReplicaSet does; what is read from it is tested on its own.
            Owner = Builders.ReplicaSet("redis", 1);
            Owner.Metadata.Uid = "uid-owner";
            Owner.Status = new V1ReplicaSetStatus { Replicas = 1 };
            Source.Metadata.Labels = new Dictionary<string, string>(Owner.Spec.Selector.MatchLabels);
            Source.Metadata.OwnerReferences = [OwnerReference()];
        }

        Migration = new Migration
        {
            Metadata = new V1ObjectMeta { Name = "move", NamespaceProperty = ControllerWorld.Ns, Uid = "uid-move", Generation = 1 },
            Spec = new MigrationSpec { PodName = "redis" },
        };
    }

    public string Kind { get; }
    public bool HasGate { get; }
    public bool IsGateClosed => Status.Source?.KillGate == KillGates.Closed;
    /// <summary>The pod's processes on the source are there, with or without an object.</summary>
    public bool IsSourceAlive { get; set; } = true;
    public bool KeepsName => OwnerKinds.KeepsName(Kind);
    public MoveLimits Given { get; init; } = Limits;
    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public Migration Migration { get; }
    public V1Pod? Source { get; set; }
    public V1Pod? Replacement { get; set; }
    public V1ReplicaSet? Owner { get; set; }
    public V1StatefulSet? Set { get; set; }
    public ImmutableArray<V1ReplicaSet> Siblings { get; set; } = [];
    public ImmutableArray<Migration> Others { get; set; } = [];
    public ImmutableArray<DisruptionBudget> Budgets { get; set; } = [];
    public StorageInfo Storage { get; set; } = StorageInfo.None;
    public List<NodeInfo> Nodes { get; } = [Node("source"), Node("target")];
    public List<MoveAction> Done { get; } = [];
    public MigrationStatus Status => Migration.Status;
    public string Phase => Status.Phase ?? "";
    public bool Final => Phases.IsFinal(Phase);

    public Observation Observe() => new()
    {
        Migration = Migration,
        Source = Status.PodUID is null || Source?.Metadata.Uid == Status.PodUID ? Source : null,
        Namesake = Source ?? (KeepsName ? Replacement : null),
        Replacement = Replacement is { } r && Status.Claim is { } c && PodMapping.Annotation(r, Names.ClaimAnnotation) == c.Token ? r : null,
        Owner = Owner is not null ? OwnerViews.Of(Owner, Siblings) : Set is not null ? OwnerViews.Of(Set) : null,
        Cluster = new ClusterView(new Lazy<ClusterSnapshot>(Snapshot), Others, [], Budgets, RuntimeClassExists: true),
        Now = Now,
        Limits = Given,
    };

    /// <summary>Lets the controller work until it waits.</summary>
    public SimulatedMove Settle()
    {
        for (var i = 0; i < 20; i++)
        {
            var step = MoveMachine.Next(Observe());
            foreach (var action in step.Actions)
            {
                Done.Add(action);
                Apply(action);
            }

            if (step.Actions.IsEmpty || step.LookAgainAfter is not null)
            {
                Assert.True(step.LookAgainAfter is not null || Final || Phase.Length == 0, $"phase {Phase} waits without a limit");
                return this;
            }
        }

        throw new InvalidOperationException($"does not settle in phase {Phase}: {string.Join(", ", Done.TakeLast(10).Select(a => a.GetType().Name))}");
    }

    public SimulatedMove Pass(TimeSpan time)
    {
        Now += time;
        return this;
    }

    public void Write(Action<MigrationStatus> write) => write(Status);

    /// <summary>Compare-and-set, as the API server holds it.</summary>
    public bool Decide(string decision)
    {
        if (Status.Decision.Length > 0)
        {
            return false;
        }

        Status.Decision = decision;
        return true;
    }

    /// <summary>What the owner's controller, webhook and scheduler do next.</summary>
    /// <param name="claims">The webhook answers.</param>
    public void OwnerReacts(bool claims = true)
    {
        if (Set is { Spec.Replicas: > 0 } && Source is null && Replacement is null)
        {
            var again = Builders.Pod("redis", "target");
            again.Metadata.Uid = "uid-again-" + names++;
            again.Metadata.OwnerReferences = [OwnerReference()];
            var waited = Status is { Decision: Decision.Committed } or { Decision: Decision.None, Phase: Phases.Preparing, Owner.Gate: true };
            if (claims && waited && Status.Claim is { PodUID: null } free)
            {
                again.Metadata.Annotations = new Dictionary<string, string> { [Names.MigrationAnnotation] = "move", [Names.ClaimAnnotation] = free.Token };
            }

            if (Create(again))
            {
                Replacement = again;
            }
        }

        if (Owner is null)
        {
            return;
        }

        var owned = Source is { } s && Owner.Spec.Selector.MatchLabels.All(l => s.Metadata.Labels.TryGetValue(l.Key, out var v) && v == l.Value);
        if (!owned && Replacement is null && Owner.Spec.Replicas > 0)
        {
            var pod = Builders.Pod("redis-" + names++, "target");
            pod.Metadata.Uid = "uid-" + pod.Metadata.Name;
            pod.Metadata.OwnerReferences = [OwnerReference()];
            if (Status is { Phase: Phases.Preparing, Decision: "", Claim: { PodUID: null } claim })
            {
                pod.Metadata.Annotations = new Dictionary<string, string> { [Names.MigrationAnnotation] = "move", [Names.ClaimAnnotation] = claim.Token };
            }

            Replacement = pod;
        }
        else if (owned && Replacement is not null)
        {
            Replacement = null;
        }
    }

    /// <summary>The admission policy, and what it is there for.</summary>
    private bool Create(V1Pod pod)
    {
        var claimed = pod.Metadata.Annotations?.ContainsKey(Names.ClaimAnnotation) == true;
        if (!claimed && Migration.Metadata.Labels?.ContainsKey(Names.GateLabel) == true && Status.Decision != Decision.Committed)
        {
            return false;
        }

        Assert.True(claimed || !IsSourceAlive || !IsGateClosed || Status.Decision == Decision.Committed, "a cold copy beside a living one");
        return true;
    }

    private void Apply(MoveAction action)
    {
        switch (action)
        {
            case MoveAction.AddFinalizer:
                Migration.Metadata.Finalizers = [Names.MigrationFinalizer];
                break;
            case MoveAction.MarkGate a:
                Migration.Metadata.Labels = a.IsClosed ? new Dictionary<string, string> { [Names.GateLabel] = Names.GateClosed } : null;
                break;
            case MoveAction.RemoveFinalizer:
                Assert.True(Final || Phase.Length == 0, $"finalizer removed in phase {Phase}");
                Migration.Metadata.Finalizers = null;
                break;
            case MoveAction.EnterPhase a:
                Assert.Equal((Phase, Status.Decision), (a.From, a.Decision));
                Assert.True(!Migration.IsHeld || a.To is Phases.Pending or Phases.Preflight or Phases.PreCopying || Status.Decision == Decision.Aborted, $"a held move entered {a.To}");
                Assert.True(a.To != Phases.Freezing || Source is null || BudgetsOfSource().All(b => b.DisruptionsAllowed == 0 || b.DisruptedPods.Contains(Source.Metadata.Name)), "freezes beside an eviction");
                Change(a.Status.SetItem("phase", a.To));
                break;
            case MoveAction.Abort a:
                Assert.Equal((Phase, ""), (a.From, Status.Decision));
                Change(a.Status.SetItem("phase", a.To).SetItem("decision", Decision.Aborted));
                break;
            case MoveAction.WriteStatus a:
                Change(a.Status);
                break;
            case MoveAction.RecordOwner a:
                Assert.Null(Status.Claim);
                Assert.False(Migration.IsHeld, "a held move took from the owner");
                Status.Owner = a.Owner;
                Status.Claim = new Claim { Token = "token", ExpiresAt = a.ClaimExpiresAt };
                break;
            case MoveAction.BindClaim a:
                Assert.Null(Status.Claim!.PodUID);
                (Status.Claim.PodName, Status.Claim.PodUID) = (a.PodName, a.PodUid);
                break;
            default:
                ApplyToPod(action);
                break;
        }
    }

    private void ApplyToPod(MoveAction action)
    {
        Assert.True(!Migration.IsHeld || action is MoveAction.AddFinalizer or MoveAction.LabelNodes or MoveAction.Tell or MoveAction.DeleteMigration, $"a held move did {action.GetType().Name}");
        switch (action)
        {
            case MoveAction.TakeLabels a:
                Assert.True(Status.Owner is not null && Status.Claim is not null, "labels taken before it was written down");
                Assert.Equal("", Status.Decision);
                a.Keys.ToList().ForEach(k => Source!.Metadata.Labels.Remove(k));
                break;
            case MoveAction.GiveBack a:
                Assert.Equal(Decision.Aborted, Status.Decision);
                a.Labels.ToList().ForEach(l => Source!.Metadata.Labels[l.Key] = l.Value);
                Source!.Metadata.Annotations = new Dictionary<string, string> { [Names.PodDeletionCost] = a.DeletionCost };
                break;
            case MoveAction.SetDeletionCost:
                Source!.Metadata.Annotations = null;
                break;
            case MoveAction.CreatePod a:
                Assert.True(Status.Decision == Decision.Committed || IsGateClosed, "created beside a pod that is its own");
                Assert.Null(Source);
                Assert.Equal(OwnerKinds.None, Kind);
                Assert.Null(Replacement);
                Assert.True(Create(a.Pod), "our own pod was refused");
                Replacement = a.Pod;
                Replacement.Metadata.Uid = "uid-again";
                break;
            case MoveAction.TakeBudgetSlot a:
                Budgets = [.. Budgets.Select(b => b.Name != a.Budget ? b : b with { DisruptionsAllowed = b.DisruptionsAllowed - 1, DisruptedPods = b.DisruptedPods.Add(a.PodName) })];
                Assert.All(Budgets, b => Assert.InRange(b.DisruptionsAllowed, 0, int.MaxValue));
                break;
            case MoveAction.GiveBudgetSlot a:
                Assert.Equal(Decision.Aborted, Status.Decision);
                Budgets = [.. Budgets.Select(b => b.Name != a.Budget ? b : b with { DisruptionsAllowed = b.DisruptionsAllowed + 1, DisruptedPods = b.DisruptedPods.Remove(a.PodName) })];
                break;
            case MoveAction.DeletePod a when a.Pod.Metadata.Uid == Uid:
                Assert.True(Status.Decision == Decision.Committed || (Owner is null && Set is null && Kind != OwnerKinds.None) || (IsGateClosed && Status.Decision.Length == 0), "the source was deleted without a commit");
                IsSourceAlive &= IsGateClosed;
                if (a.GraceSeconds is 0 or null) { Source = null; }
                else { Source!.Terminate(Now); }

                break;
            case MoveAction.DeletePod a:
                Assert.True(Status.Decision == Decision.Aborted || a.Pod.Metadata.Uid != Status.Claim?.PodUID, "the pod that was given the state was deleted");
                Replacement = null;
                break;
        }
    }

    private void Change(ImmutableDictionary<string, object?> change)
    {
        var status = JsonNode.Parse(KubernetesJson.Serialize(Status))!.AsObject();
        foreach (var (name, value) in change)
        {
            status[name] = value is null ? null : JsonNode.Parse(KubernetesJson.Serialize(value));
        }

        Migration.Status = KubernetesJson.Deserialize<MigrationStatus>(status.ToJsonString());
    }

    private IEnumerable<DisruptionBudget> BudgetsOfSource() => BudgetCheck.Of(Source!, Observe().Cluster);

    private ClusterSnapshot Snapshot()
        => new([.. Nodes], [.. new[] { Source, Replacement }.Where(p => p is not null).Select(p => PodMapping.ToModel(p!, []))], []) { Storage = Storage };

    public static V1Pod Running(V1Pod pod, string uid)
    {
        pod.Metadata.Uid = uid;
        pod.Status = new V1PodStatus { Phase = "Running", Conditions = [new V1PodCondition { Type = "Ready", Status = "True" }] };
        return pod;
    }

    private V1OwnerReference OwnerReference() => new() { ApiVersion = "apps/v1", Kind = Kind, Name = "redis", Uid = "uid-owner", Controller = true };

    private static NodeInfo Node(string name) => NodeMapping.ToModel(Builders.Node(name), []);
}
