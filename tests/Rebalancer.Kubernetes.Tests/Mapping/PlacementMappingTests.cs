using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Xunit;

namespace Rebalancer.Kubernetes.Tests.Mapping;

public sealed class PlacementMappingTests
{
    [Fact]
    public void ToModel_PodThatMovedHere_HasNoTermOfItsClaim()
    {
        var pod = Pod("n1", claimed: true, new V1NodeSelectorTerm { MatchFields = [OnNode("n1")] });

        Assert.Empty(PlacementMapping.ToModel(pod).NodeTerms);
    }

    [Fact]
    public void ToModel_PodThatMovedHere_KeepsWhatItsOwnerAskedFor()
    {
        var zone = new V1NodeSelectorRequirement { Key = "zone", OperatorProperty = "In", Values = ["a"] };
        var pod = Pod("n1", claimed: true, new V1NodeSelectorTerm { MatchExpressions = [zone], MatchFields = [OnNode("n1", "n2"), OnNode("n1")] });

        var term = Assert.Single(PlacementMapping.ToModel(pod).NodeTerms);
        Assert.Equal("zone", Assert.Single(term.Labels).Key);
        Assert.Equal("n1,n2", string.Join(",", Assert.Single(term.Fields).Values));
    }

    [Fact]
    public void ToModel_PodThatItsOwnerPins_KeepsThePin()
    {
        var pod = Pod("n1", claimed: false, new V1NodeSelectorTerm { MatchFields = [OnNode("n1")] });

        Assert.Single(PlacementMapping.ToModel(pod).NodeTerms);
    }

    private static V1NodeSelectorRequirement OnNode(params string[] nodes) => new() { Key = Names.NodeNameField, OperatorProperty = "In", Values = nodes };

    private static V1Pod Pod(string node, bool claimed, V1NodeSelectorTerm term) => new()
    {
        Metadata = new V1ObjectMeta { Name = "p", NamespaceProperty = "default", Annotations = claimed ? new Dictionary<string, string> { [Names.ClaimAnnotation] = "00" } : null },
        Spec = new V1PodSpec
        {
            NodeName = node,
            Containers = [],
            Affinity = new V1Affinity { NodeAffinity = new V1NodeAffinity { RequiredDuringSchedulingIgnoredDuringExecution = new V1NodeSelector { NodeSelectorTerms = [term] } } },
        },
    };
}
