using k8s.Models;
using Rebalancer.Descheduler.Policies;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Planning;

namespace Rebalancer.Descheduler.Tests.Policies;

public sealed class PolicyRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Of_SoundPolicy_IsReadyForItsGeneration()
    {
        var condition = PolicyRule.Of(Policy(new RebalancePolicySpec()), Now);

        Assert.Equal(("Ready", "True", "Valid", "", 3L), (condition.Type, condition.Status, condition.Reason, condition.Message, condition.ObservedGeneration));
        Assert.Equal(Now.UtcDateTime, condition.LastTransitionTime);
    }

    /// <summary>An object that got past a schema of another version: as many errors as there are, in a message that the API server takes.</summary>
    [Fact]
    public void Of_MoreErrorsThanAMessageHolds_TheMessageIsCut()
    {
        var types = Enumerable.Range(0, 2000).Select(i => $"huge-{i}").ToList();

        var condition = PolicyRule.Of(Policy(new RebalancePolicySpec { OfferedTypes = types }), Now);

        Assert.Equal(("False", "Invalid", 32768), (condition.Status, condition.Reason, condition.Message.Length));
    }

    [Fact]
    public void Of_SameStatusAsBefore_KeepsTheTimeOfItsTransition()
    {
        var policy = Policy(new RebalancePolicySpec { OfferedTypes = ["huge"] });
        policy.Status.Conditions = [PolicyRule.Of(policy, Now)];
        policy.Spec.OfferedTypes = ["vast"];

        var later = PolicyRule.Of(policy, Now.AddHours(1));

        Assert.Equal(Now.UtcDateTime, later.LastTransitionTime);
        Assert.False(PolicyRule.IsCurrent(policy, later));
        policy.Status.Conditions = [later];
        Assert.True(PolicyRule.IsCurrent(policy, PolicyRule.Of(policy, Now.AddHours(2))));
    }

    /// <summary>Plans are kept under the words that the planner has for them.</summary>
    [Fact]
    public void Verdicts_OfPlannerAndApi_AreTheSame()
        => Assert.Equal(
            Enum.GetNames<PlanVerdict>().Order(StringComparer.Ordinal),
            typeof(PlanVerdicts).GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!).Order(StringComparer.Ordinal));

    private static RebalancePolicy Policy(RebalancePolicySpec spec) => new() { Metadata = new V1ObjectMeta { Name = "default", Generation = 3 }, Spec = spec };
}
