using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Rebalancing.WhatIf.Carrying;
using Rebalancer.Rebalancing.WhatIf.Events;

namespace Rebalancer.Rebalancing.WhatIf;

/// <summary>
/// What continuous rebalancing would do to a cluster and its bill: the decisions are the service's own, on plans and Migrations in memory, and the cluster around them is simulated from event to
/// event. Pure: the same snapshot, rules and options give the same report. What is simplified:
/// <list type="bullet">
/// <item>The policy's mode is taken as Auto. Nodes that a plan asks for always come. Commitments count in plans; the bill is of the nodes that are there.</item>
/// <item>Pods come and go as <see cref="Churn"/> says, keep what they ask for, and keep their names through moves. None is preempted.</item>
/// <item>Moves take what <see cref="Policy.Moves.SizeEstimates"/> expects; images are there; every node is reached by every other at the same rate.</item>
/// <item>A pod that is lost serves again after <see cref="SimulationOptions.Restart"/>, and two minutes later where no node had room.</item>
/// <item>Interruptions restart pods at the notice, as a drain would, where they do not leave live.</item>
/// </list>
/// </summary>
public sealed class Simulation
{
    private readonly ClusterSnapshot start;
    private readonly RebalanceRules rules;
    private readonly SimulationOptions options;

    /// <param name="rules">Whatever the mode: plans that pay are carried out.</param>
    /// <exception cref="ArgumentException">The options make no sense.</exception>
    public Simulation(ClusterSnapshot start, RebalanceRules rules, SimulationOptions options)
    {
        if (options.Problems().FirstOrDefault() is { } problem)
        {
            throw new ArgumentException(problem.ToString(), nameof(options));
        }

        this.start = start;
        this.options = options;
        this.rules = rules with { Mode = RebalanceMode.Auto };
    }

    /// <summary>Who makes the plans of that world in the place of <see cref="PlanDriver"/>; null: nobody.</summary>
    internal Func<DrivenWorld, IPlanDriver>? NewDriver { get; init; }

    /// <summary>Told after each step of the world in which pods move live.</summary>
    internal Action<SimulatedMoment>? Seen { get; init; }

    /// <summary>The two worlds side by side. Progress may be told from any thread.</summary>
    /// <exception cref="SimulationBrokenException">Something happened that must never happen.</exception>
    public async Task<SimulationReport> RunAsync(IProgress<SimulationProgress>? progress = null, CancellationToken cancellation = default)
    {
        var churn = Churn.Of([.. start.Pods.Where(p => !p.Finished)], options);
        var nothing = new SimulatedWorld(start, rules, options, churn, isLive: false);
        var live = new SimulatedWorld(start, rules, options, churn, isLive: true, NewDriver) { Seen = Seen };
        await Task.WhenAll(
            OnItsOwnThread(() => nothing.Run(done => progress?.Report(new SimulationProgress(ArmReport.Nothing, done)), cancellation), cancellation),
            OnItsOwnThread(() => live.Run(done => progress?.Report(new SimulationProgress(ArmReport.Live, done)), cancellation), cancellation));
        return new SimulationReport(
            options.Start, options.Days, options.Seed, start.Nodes.Length, start.Pods.Count(p => !p.Finished), churn.Count(c => c.Template is not null), churn.Count(c => c.Template is null),
            live.Plans(), [.. nothing.Reports(), .. live.Reports()]);
    }

    /// <summary>It takes minutes, and waits for what its plans leave to the thread pool.</summary>
    private static Task OnItsOwnThread(Action run, CancellationToken cancellation) => Task.Factory.StartNew(run, cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
