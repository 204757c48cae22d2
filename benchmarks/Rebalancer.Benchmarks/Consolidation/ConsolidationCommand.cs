using System.CommandLine;
using System.Diagnostics;
using Rebalancer.Planning;
using Rebalancer.Policy;
using Rebalancer.Policy.Cost;
using Rebalancer.Policy.Cost.Catalogue;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Risk;

namespace Rebalancer.Benchmarks.Consolidation;

internal static class ConsolidationCommand
{
    public static Command Create()
    {
        var nodes = new Option<int[]>("--nodes") { DefaultValueFactory = _ => [100, 1000, 5000], AllowMultipleArgumentsPerToken = true };
        var command = new Command("consolidation", "x") { nodes };
        command.SetAction(parsed =>
        {
            var instances = DlrmInstances.Read();
            foreach (var n in parsed.GetValue(nodes)!)
            {
                var snapshot = new ConsolidationCluster(instances, n, n * 20, 1).Make();
                var policy = new PlanPolicy { Pricing = new NodePricing { Catalogues = [Ec2Catalogue.Instance] }, OfferedTypes = [.. ConsolidationShapes.OfferedTypes], Limits = new MoveLimits(n * 20, Math.Max(20, n / 10), 4, 10, n), DisruptionTolerance = 100 };
                foreach (var seconds in new double[] { 0, 1, 5 })
                {
                    var watch = Stopwatch.StartNew();
                    var plan = new Rebalancer.Planning.Planner(policy, new AdvisorHazard(Ec2Catalogue.Instance), new SizeEstimates(), TimeProvider.System).Plan(snapshot, new PlanBudget(int.MaxValue, TimeSpan.FromSeconds(seconds)));
                    Console.WriteLine($"{n} {seconds}s: {watch.Elapsed.TotalSeconds:0.00}s {plan.Reason} waves {plan.Waves.Length}, new {plan.NewNodes.Length}");
                }
            }
        });
        return command;
    }
}
