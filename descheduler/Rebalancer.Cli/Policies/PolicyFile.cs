using System.Text.Json.Nodes;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.PolicyObjects;
using YamlDotNet.Core;

namespace Rebalancer.Cli.Policies;

/// <summary>Reads a RebalancePolicy from YAML (or JSON, which is YAML).</summary>
internal static class PolicyFile
{
    /// <summary>The policy; where something is wrong all of it is reported, and the result is not to be used.</summary>
    public static RebalanceRules Read(string name, string text, ICollection<InvalidField> problems)
    {
        JsonNode? document;
        try
        {
            document = YamlJson.Read(text);
        }
        catch (YamlException e)
        {
            problems.Add(new InvalidField(name, $"line {e.Start.Line}", e.InnerException?.Message ?? e.Message, "YAML with one object"));
            return new RebalanceRules();
        }

        return PolicyReader.Read(name, document, problems);
    }
}
