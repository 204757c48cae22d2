using System.CommandLine;
using System.Globalization;
using Rebalancer.Benchmarks.Planner;
using Rebalancer.Planning;
using Rebalancer.Policy;
using Rebalancer.Policy.Cost.Catalogue;
using Rebalancer.Policy.Moves;
using Rebalancer.Policy.Risk;

namespace Rebalancer.Benchmarks.Exact;

/// <summary>The verb `exact`: plans for small clusters beside the optimum.</summary>
internal static class ExactCommand
{
    private const int MaxInstances = 10_000;
    private const int Iterations = 20_000;
    private const double SolverSeconds = 20;

    /// <summary>Every plan that pays is made, so that what is compared is the search.</summary>
    private static readonly PlanPolicy Policy = new() { DisruptionTolerance = 1e6, LeastSavingShare = 0 };

    public static Command Create()
    {
        var instances = new Option<int>("--instances") { Description = "Random clusters of 4 to 8 nodes, one for each seed from 1.", DefaultValueFactory = _ => 100 };
        var report = new Option<bool>("--report") { Description = "The result into artifacts/bench-planner.json too." };
        instances.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > MaxInstances) { r.AddError($"--instances must be between 1 and {MaxInstances}"); }
        });
        var command = new Command("exact", "Plans for small random clusters beside the optimum that CP-SAT proves.") { instances, report };
        command.SetAction(parsed =>
        {
            var result = Run(parsed.GetValue(instances));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Instances} instances with a proven optimum: {result.Optimal} plans are optimal, gap {result.MeanGapPct:0.000} % on average, {result.MaxGapPct:0.000} % at most"));
            if (parsed.GetValue(report)) { PlannerReport.Write(PlannerReport.File, "exact", result); }
        });
        return command;
    }

    private static ExactResult Run(int instances)
    {
        List<double> gaps = [];
        for (var seed = 1; seed <= instances; seed++)
        {
            if (GapPct(seed) is { } gap) { gaps.Add(gap); }
            if (seed % 10 == 0) { Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seed} instances, mean gap {gaps.DefaultIfEmpty().Average():0.000} %")); }
        }

        return new ExactResult(gaps.Count, Math.Round(gaps.DefaultIfEmpty().Average(), 4), Math.Round(gaps.DefaultIfEmpty().Max(), 4), gaps.Count(g => g < 1e-6));
    }

    private static double? GapPct(int seed)
    {
        var snapshot = new ExactInstance(seed).Snapshot;
        var costs = new MoveCosts(Policy, new SizeEstimates());
        var plan = new Rebalancer.Planning.Planner(Policy, new AdvisorHazard(Ec2Catalogue.Instance), new SizeEstimates(), TimeProvider.System).Plan(snapshot, new PlanBudget(Iterations));
        var acts = plan.Verdict == PlanVerdict.Act;
        var cost = (double)(acts ? plan.Balance.After.Usd : plan.Balance.Before.Usd) * Policy.StableHours + (acts ? (double)plan.Balance.Moving.Usd : 0);
        return ExactModel.Solve(snapshot, Policy.StableHours, p => (double)costs.OfMove(p).Usd, SolverSeconds) is { } best ? Math.Max(0, (cost - best) / best * 100) : null;
    }
}
