using System.Text.Json;
using Rebalancer.Cli.Inputs;
using Rebalancer.Planning;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Risk;
using Spectre.Console;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Rebalancer.Cli.Plans;

/// <summary>Plans and prints.</summary>
internal sealed class PlanCommand(IAnsiConsole console, TextWriter output, TimeProvider clock)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public int Run(PlanInput input, string format)
    {
        var plan = Plan(input, clock);
        switch (format)
        {
            case "json":
                output.WriteLine(JsonSerializer.Serialize(PlanDocument.Of(plan), Json));
                break;
            case "yaml":
                output.Write(new SerializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).Build().Serialize(PlanDocument.Of(plan)));
                break;
            default:
                new PlanTable(console).Print(plan, input.Notes);
                break;
        }

        return 0;
    }

    public static MovePlan Plan(PlanInput input, TimeProvider clock)
        => new Planner(input.Policy, NodeHazard.Of(input.Snapshot, clock), new SizeEstimates(), clock).Plan(input.Snapshot, input.Budget);
}
