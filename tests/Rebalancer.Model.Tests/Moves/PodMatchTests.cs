using System.Collections.Immutable;
using Rebalancer.Policy.Moves;
using static Rebalancer.Model.Tests.Build;

namespace Rebalancer.Model.Tests.Moves;

public sealed class PodMatchTests
{
    private static readonly PodInfo Web = Pod("web", "n") with { Labels = ImmutableDictionary<string, string>.Empty.Add("app", "web") };

    [Fact]
    public void Refusal_NothingAsked_EveryPod() => Assert.Null(new PodMatch().Refusal(Web));

    [Fact]
    public void Refusal_Namespaces_OnlyThoseAndNeverTheExcluded()
    {
        Assert.Null(new PodMatch { Namespaces = [Web.Namespace] }.Refusal(Web));
        Assert.Contains(Web.Namespace, new PodMatch { Namespaces = ["other"] }.Refusal(Web), StringComparison.Ordinal);
        Assert.NotNull(new PodMatch { Namespaces = [Web.Namespace], ExcludedNamespaces = [Web.Namespace] }.Refusal(Web));
    }

    [Theory]
    [InlineData("web", null)]
    [InlineData("db", "the policy's selector does not take it")]
    public void Refusal_Selector_TakesByLabels(string app, string? why)
        => Assert.Equal(why, new PodMatch { Selector = new LabelSelector([new Requirement("app", "In", [app])]) }.Refusal(Web));
}
