using k8s.Models;
using Rebalancer.Descheduler.Capacity;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.Capacity;

public sealed class CapacityRuleTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(20_000);

    [Theory]
    [InlineData(Phases.Pending, Reasons.NoTarget, MoveReasons.Interruption, true)]
    [InlineData(Phases.Pending, Reasons.NoTarget, MoveReasons.Eviction, true)]
    [InlineData(Phases.Pending, Reasons.NoTarget, MoveReasons.Maintenance, true)]
    [InlineData(Phases.Pending, Reasons.TargetNoRoom, MoveReasons.Interruption, true)]
    [InlineData(Phases.Pending, Reasons.DisruptionBudget, MoveReasons.Interruption, false)]
    [InlineData(Phases.Preflight, null, MoveReasons.Interruption, false)]
    [InlineData(Phases.Failed, Reasons.NoTarget, MoveReasons.Interruption, false)]
    [InlineData(Phases.Pending, Reasons.TargetNoRoom, MoveReasons.Consolidation, false)]
    [InlineData(Phases.Pending, Reasons.NoTarget, MoveReasons.Manual, false)]
    public void Next_WhoAsksForRoom(string phase, string? reason, string why, bool asks)
        => Assert.Equal(asks, CapacityRule.Next([Waiting("a", phase, reason, why)], [], [], Now).Ask.Length == 1);

    [Fact]
    public void Next_WaitsOnlyForAMoment_LooksAgain()
    {
        var migration = Waiting("a");
        migration.Status.PhaseStartedAt = Now.AddSeconds(-1);

        var step = CapacityRule.Next([migration], [], [], Now);

        Assert.Equal((true, TimeSpan.FromSeconds(2)), (step.Ask.IsEmpty, step.LookAgainAfter));
    }

    [Fact]
    public void Next_AskedAlready_NotTwice() => Assert.Empty(CapacityRule.Next([Waiting("a")], [], [For("a")], Now).Ask);

    [Fact]
    public void Next_NobodyWaitsAnyMore_TakesBack()
        => Assert.Equal(["capacity-b"], CapacityRule.Next([Waiting("a"), Waiting("b", Phases.Preflight, null)], [], [For("a"), For("b")], Now).TakeBack.Select(p => p.Metadata.Name));

    [Fact]
    public void Next_ManyWait_MostImportantFirstAndNotAllAtOnce()
    {
        var waiting = Enumerable.Range(0, CapacityRule.MaxAtOnce + 20).Select(i => Waiting($"m{i:000}", priority: i)).ToList();

        var step = CapacityRule.Next(waiting, [], [For("m000"), For("m001")], Now);

        Assert.Equal((CapacityRule.MaxAtOnce - 2, "m069"), (step.Ask.Length, step.Ask[0].Metadata.Uid));
    }

    [Fact]
    public void Next_PlanNeedsNewNodes_AsksOnceForEachAndTakesBackWhatIsNotNeeded()
    {
        var plan = Plan();

        var step = CapacityRule.Next([], [plan], [For("plan-1-0"), For("plan-0-0")], Now);

        Assert.Equal((plan, 1), Assert.Single(step.AskForPlans));
        Assert.Equal(["capacity-plan-0-0"], step.TakeBack.Select(p => p.Metadata.Name));
    }

    /// <summary>A placeholder that had to go when its node was there is not asked for again.</summary>
    [Fact]
    public void Next_NodesHaveCome_KeepsButDoesNotAskAgain()
    {
        var plan = Plan();
        plan.Status.NewNodes = [new ArrivedNode { Name = "new-0", Node = "a" }, new ArrivedNode { Name = "new-1", Node = "b" }];

        var step = CapacityRule.Next([], [plan], [For("plan-1-0")], Now);

        Assert.Equal((true, true), (step.AskForPlans.IsEmpty, step.TakeBack.IsEmpty));
    }

    [Fact]
    public void Placeholder_OfAPlan_AsksForTheMachineAndForTheRoomOfAllItsPods()
    {
        var like = new V1Node
        {
            Metadata = new V1ObjectMeta { Name = "dear", Labels = new Dictionary<string, string> { [Names.InstanceType] = "m5.4xlarge", [Names.Zone] = "z1", [Names.CapacityTypeKarpenter] = "spot", [Names.Hostname] = "dear" } },
            Spec = new V1NodeSpec { Taints = [new V1Taint { Key = "team", Value = "a", Effect = "NoSchedule" }, new V1Taint { Key = Names.EmptyingTaint, Value = "night", Effect = "NoSchedule" }] },
        };

        var made = Placeholder.Of(Plan(), 1, [PodOf("x", "1"), PodOf("y", "500m")], like, "system");

        Assert.Equal(
            new Dictionary<string, string> { [Names.InstanceType] = "m5.large", [Names.Zone] = "z1", [Names.CapacityTypeKarpenter] = "spot", ["disk"] = "fast" }, made.Spec.NodeSelector);
        Assert.Equal(1.5m, made.Spec.Containers[0].Resources.Requests["cpu"].ToDecimal());
        Assert.Equal("team", Assert.Single(made.Spec.Tolerations).Key);
        Assert.Equal("plan-1-1", Placeholder.KeyOf(made));
        var apart = Assert.Single(made.Spec.Affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution);
        Assert.All(apart.LabelSelector.MatchLabels, label => Assert.Equal(label.Value, made.Metadata.Labels[label.Key]));
    }

    [Fact]
    public void Placeholder_AsksForWhatThePodNeedsAndBelongsToNobody()
    {
        var pod = new V1Pod
        {
            Metadata = new V1ObjectMeta { Name = "db", NamespaceProperty = "shop", Labels = new Dictionary<string, string> { ["app"] = "db" } },
            Spec = new V1PodSpec
            {
                NodeSelector = new Dictionary<string, string> { ["disk"] = "fast" },
                Tolerations = [new V1Toleration { Key = "spot", OperatorProperty = "Exists" }],
                Containers = [new V1Container { Name = "db", Resources = new V1ResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("1500m"), ["memory"] = new("2Gi") } } }],
            },
        };
        var source = new V1Node { Metadata = new V1ObjectMeta { Name = "n1", Labels = new Dictionary<string, string> { [Names.Arch] = "arm64" } } };

        var made = Placeholder.Of(Waiting("a"), pod, Rebalancer.Kubernetes.Mapping.PodMapping.ToModel(pod, []).Requests, source, "system");

        Assert.Equal(("system", "arm64", "fast"), (made.Metadata.NamespaceProperty, made.Spec.NodeSelector[Names.Arch], made.Spec.NodeSelector["disk"]));
        Assert.Equal((1.5m, 2147483648m), (made.Spec.Containers[0].Resources.Requests["cpu"].ToDecimal(), made.Spec.Containers[0].Resources.Requests["memory"].ToDecimal()));
        Assert.Equal("spot", Assert.Single(made.Spec.Tolerations).Key);
        Assert.DoesNotContain("app", made.Metadata.Labels.Keys);
        Assert.Equal("a", Placeholder.KeyOf(made));
    }

    private static RebalancePlan Plan() => new()
    {
        Metadata = new V1ObjectMeta { Name = "night-1", Uid = "plan-1" },
        Spec = new RebalancePlanSpec { NewNodes = [new PlanNewNode { Name = "new-0", InstanceType = "m5.large" }, new PlanNewNode { Name = "new-1", InstanceType = "m5.large" }] },
        Status = new RebalancePlanStatus { Phase = PlanPhases.Running },
    };

    private static V1Pod PodOf(string name, string cpu) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "shop" },
        Spec = new V1PodSpec
        {
            NodeSelector = new Dictionary<string, string> { ["disk"] = "fast" },
            Containers = [new V1Container { Name = name, Resources = new V1ResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new(cpu) } } }],
        },
    };

    private static Migration Waiting(string uid, string phase = Phases.Pending, string? reason = Reasons.NoTarget, string why = MoveReasons.Interruption, int priority = 0) => new()
    {
        Metadata = new V1ObjectMeta { Name = uid, Uid = uid, NamespaceProperty = "shop" },
        Spec = new MigrationSpec { PodName = "db", Reason = why, Priority = priority },
        Status = new MigrationStatus { Phase = phase, Reason = reason, PhaseStartedAt = Now.AddSeconds(-10) },
    };

    private static V1Pod For(string uid) => new() { Metadata = new V1ObjectMeta { Name = "capacity-" + uid, Labels = new Dictionary<string, string> { [Names.PlaceholderLabel] = uid } } };
}
