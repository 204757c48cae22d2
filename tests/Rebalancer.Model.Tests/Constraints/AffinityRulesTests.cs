using Rebalancer.Policy.Constraints;
using static Rebalancer.Model.Tests.Build;

namespace Rebalancer.Model.Tests.Constraints;

/// <summary>Cases from "Inter-pod affinity and anti-affinity", and of kube-scheduler's InterPodAffinity where the page is silent.</summary>
public sealed class AffinityRulesTests
{
    private static readonly PodInfo Seeker = Pod("p").With(p => p with { Affinity = [Near("cache", Zone)] });
    private static readonly PodInfo Shy = Pod("p").With(p => p with { AntiAffinity = [Near("cache", Zone)] });

    [Fact]
    public void Affinity_InTheDomain_OnlyThereItFits()
    {
        var cluster = Cluster([Node("a", "z1"), Node("b", "z1"), Node("c", "z2")], Pod("there", "a", "cache"));

        Assert.Equal(RejectionKind.None, Verdict(cluster, Seeker, "b"));
        Assert.Equal(RejectionKind.PodAffinity, Verdict(cluster, Seeker, "c"));
    }

    [Fact]
    public void Affinity_NobodyMatches_OnlyAPodOfThatKindMayBeFirst()
    {
        var cluster = Cluster([Node("a")]);

        Assert.Equal(RejectionKind.PodAffinity, Verdict(cluster, Seeker, "a"));
        Assert.Equal(RejectionKind.None, Verdict(cluster, Seeker with { Labels = Labels(("app", "cache")) }, "a"));
    }

    [Fact]
    public void Affinity_FirstOfItsKind_StillNeedsTheTopologyLabel()
    {
        var bare = Node("a") with { Labels = Labels((Hostname, "a")) };

        Assert.Equal(RejectionKind.PodAffinity, Verdict(Cluster([bare]), Seeker with { Labels = Labels(("app", "cache")) }, "a"));
    }

    [Fact]
    public void Affinity_SeveralTerms_OnePodMustMatchThemAll()
    {
        var both = Pod("p").With(p => p with { Affinity = [Near("cache", Zone), new PodTerm(new LabelSelector([new Requirement("tier", "Exists", [])]), ["ns"], Zone)] });
        var half = Pod("half", "a", "cache");
        var whole = half with { Labels = half.Labels.SetItem("tier", "1") };

        Assert.Equal(RejectionKind.PodAffinity, Verdict(Cluster([Node("a")], half, Pod("other", "a") with { Labels = Labels(("tier", "1")) }), both, "a"));
        Assert.Equal(RejectionKind.None, Verdict(Cluster([Node("a")], whole), both, "a"));
    }

    [Fact]
    public void Affinity_OtherNamespace_DoesNotCountUnlessNamed()
    {
        var cluster = Cluster([Node("a")], Pod("there", "a", "cache") with { Namespace = "other" });

        Assert.Equal(RejectionKind.PodAffinity, Verdict(cluster, Seeker, "a"));
        Assert.Equal(RejectionKind.None, Verdict(cluster, Seeker.With(p => p with { Affinity = [Near("cache", Zone, "other")] }), "a"));
        Assert.Equal(RejectionKind.None, Verdict(cluster, Seeker.With(p => p with { Affinity = [new PodTerm(App("cache"), [], Zone)] }), "a"));
    }

    [Fact]
    public void AntiAffinity_InTheDomain_RefusedThereOnly()
    {
        var cluster = Cluster([Node("a", "z1"), Node("b", "z1"), Node("c", "z2")], Pod("there", "a", "cache"));

        Assert.Equal(RejectionKind.PodAntiAffinity, Verdict(cluster, Shy, "b"));
        Assert.Equal(RejectionKind.None, Verdict(cluster, Shy, "c"));
    }

    [Fact]
    public void AntiAffinity_NodeWithoutTheLabel_IsInNoDomain()
    {
        var bare = Node("a") with { Labels = Labels((Hostname, "a")) };

        Assert.Equal(RejectionKind.None, Verdict(Cluster([bare], Pod("there", "a", "cache")), Shy, "a"));
    }

    [Fact]
    public void AntiAffinity_OfAPodThatIsThere_CountsToo()
    {
        var guard = Pod("guard", "a").With(p => p with { AntiAffinity = [Near("p", Zone)] });
        var cluster = Cluster([Node("a", "z1"), Node("b", "z1"), Node("c", "z2")], guard);

        Assert.Equal(RejectionKind.PodAntiAffinity, Verdict(cluster, Pod("p"), "b"));
        Assert.Equal(RejectionKind.None, Verdict(cluster, Pod("p"), "c"));
        Assert.Equal(RejectionKind.None, Verdict(cluster, Pod("q"), "b"));
    }

    [Fact]
    public void NullSelector_MatchesNoPod()
    {
        var seeker = Seeker.With(p => p with { Affinity = [new PodTerm(null, [], Zone)] });

        Assert.Equal(RejectionKind.PodAffinity, Verdict(Cluster([Node("a")], Pod("there", "a")), seeker, "a"));
    }

    [Fact]
    public void Move_AntiAffinityToItsOwnKind_NotWithinTheDomainWhereItStillRuns()
    {
        var pod = Pod("p", "a").With(p => p with { AntiAffinity = [Near("p", Zone)] });
        var index = new ClusterIndex(Cluster([Node("a", "z1"), Node("b", "z1"), Node("c", "z2")], pod));
        var state = new Occupancy(index);

        // kube-scheduler places the copy while the pod still runs, and would leave it pending.
        Assert.Equal(RejectionKind.PodAntiAffinity, MoveRules.Check(index, state, 0, 0, 1));
        Assert.Equal(RejectionKind.None, MoveRules.Check(index, state, 0, 0, 2));
    }

    [Fact]
    public void Move_AffinityThatOnlyThePodItselfMeets_DoesNotHoldItThere()
    {
        var pod = Pod("p", "a").With(p => p with { Affinity = [Near("p", Zone)] });
        var mate = Pod("q", "a", "p");
        var nodes = new[] { Node("a", "z1"), Node("c", "z2") };

        var alone = new ClusterIndex(Cluster([.. nodes], pod));
        var together = new ClusterIndex(Cluster([.. nodes], pod, mate));

        Assert.Equal(RejectionKind.PodAffinity, MoveRules.Check(together, new Occupancy(together), 0, 0, 1));
        // Its copy is no longer the first of its kind: the scheduler counts the pod that still runs.
        Assert.Equal(RejectionKind.PodAffinity, MoveRules.Check(alone, new Occupancy(alone), 0, 0, 1));
    }

    [Fact]
    public void MayLeave_SomebodyNeedsItNearby_OnlyWithAnotherOfItsKind()
    {
        var needs = Pod("needs", "a").With(p => p with { Affinity = [Near("cache")] });
        var only = new ClusterIndex(Cluster([Node("a")], needs, Pod("c1", "a", "cache")));
        var two = new ClusterIndex(Cluster([Node("a")], needs, Pod("c1", "a", "cache"), Pod("c2", "a", "cache")));

        Assert.False(new Occupancy(only).MayLeave(Number(only, "c1"), 0));
        Assert.True(new Occupancy(only).MayLeave(Number(only, "needs"), 0));
        Assert.True(new Occupancy(two).MayLeave(Number(two, "c1"), 0));
    }

    private static int Number(ClusterIndex index, string name) => index.PodNumber(index.Pods.Single(p => p.Name == name));
}
