using Rebalancer.Model;
using Rebalancer.Policy;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Rebalancer.Cli.Policies;

/// <summary>Reads a RebalancePolicy from YAML (or JSON, which is YAML).</summary>
internal static class PolicyFile
{
    private const string Kind = "RebalancePolicy";
    private const string ApiVersion = "rebalancer.dev/v1alpha1";

    /// <summary>The policy; where something is wrong all of it is reported, and the result is not to be used.</summary>
    public static PlanPolicy Read(string name, string text, ICollection<InvalidField> problems)
    {
        PolicyDocument? document;
        try
        {
            document = new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).Build().Deserialize<PolicyDocument?>(text);
        }
        catch (YamlException e)
        {
            problems.Add(new InvalidField(name, $"line {e.Start.Line}", e.InnerException?.Message ?? e.Message, $"a {Kind}"));
            return new PlanPolicy();
        }

        if (document?.Kind != Kind || document.ApiVersion != ApiVersion)
        {
            problems.Add(new InvalidField(name, "apiVersion, kind", $"{document?.ApiVersion}, {document?.Kind}", $"{ApiVersion}, {Kind}"));
        }

        return new PolicyMapping(name, problems).ToModel(document?.Spec ?? new PolicySpec());
    }
}
