using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;
using Rebalancer.Policy;

namespace Rebalancer.PolicyObjects;

/// <summary>Reads a RebalancePolicy that no API server has looked at.</summary>
public static class PolicyReader
{
    /// <param name="item">What it is read from, for messages.</param>
    /// <param name="problems">Takes all that is wrong; where there is something, the rules are not to be used.</param>
    public static RebalanceRules Read(string item, JsonNode? document, ICollection<InvalidField> problems)
    {
        if (document is not JsonObject o)
        {
            problems.Add(new InvalidField(item, "the file", document is null ? "empty" : document.GetValueKind().ToString(), $"a {RebalancePolicy.RebalancePolicyKind}"));
            return new RebalanceRules();
        }

        var (apiVersion, kind) = (Text(o, "apiVersion"), Text(o, "kind"));
        if ((apiVersion, kind) != (Names.ApiVersion, RebalancePolicy.RebalancePolicyKind))
        {
            problems.Add(new InvalidField(item, "apiVersion, kind", $"{apiVersion}, {kind}", $"{Names.ApiVersion}, {RebalancePolicy.RebalancePolicyKind}"));
        }

        var sound = ObjectShape.Sound(item, o, typeof(RebalancePolicy), problems);
        var spec = sound["spec"] is { } given ? KubernetesJson.Deserialize<RebalancePolicySpec>(given.ToJsonString()) : new RebalancePolicySpec();
        return PolicyMapping.ToModel(item, spec, problems);
    }

    private static string Text(JsonObject o, string name) => o[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : "";
}
