using System.Collections.Immutable;
using Rebalancer.Model;
using Rebalancer.Planning;
using Rebalancer.Policy;

namespace Rebalancer.Cli.Inputs;

/// <summary>Everything that a plan is made from.</summary>
/// <param name="Notes">What was assumed, for people.</param>
internal sealed record PlanInput(ClusterSnapshot Snapshot, PlanPolicy Policy, PlanBudget Budget, ImmutableArray<string> Notes);
