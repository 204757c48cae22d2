using System.CommandLine;
using System.Globalization;
using Rebalancer.Cli.Cluster;
using Rebalancer.Cli.Output;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Cli.Approvals;

/// <summary>The plans that the descheduler has made, newest first.</summary>
internal static class PlansVerb
{
    public static Command Create(CliContext cli)
    {
        var (options, format) = (new ClusterOptions(), new OutputOption());
        var policy = new Option<string?>("--policy-name") { Description = "Only plans of this RebalancePolicy." };
        var name = new Argument<string?>("PLAN") { Description = "Only this one, with all of its moves.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("plans", "The cluster's plans: what each would save, whether it is approved, and what came of it.") { name, policy };
        options.AddTo(command);
        format.AddTo(command);
        command.SetClusterAction(cli, options, async (parsed, cluster, cancellation) =>
        {
            if (parsed.GetValue(name) is { } one)
            {
                var plan = await cluster.Client.GetAsync<RebalancePlan>(ApiResource.RebalancePlans, null, one, cancellation) ?? throw CliException.NotFound(RebalancePlan.RebalancePlanKind, one);
                var details = PlanDetails.Of(plan);
                format.Print(cli, parsed, details, console => details.Print(cli.Output, console));
                return ExitCode.Done;
            }

            var meant = parsed.GetValue(policy);
            var plans = (await cluster.OwnAsync<RebalancePlan>(ApiResource.RebalancePlans, cancellation))
                .Where(p => meant is null || p.Spec.PolicyName == meant)
                .OrderByDescending(p => p.Metadata.CreationTimestamp).ThenBy(p => p.Metadata.Name, StringComparer.Ordinal)
                .Select(PlanRow.Of).ToList();
            format.Print(cli, parsed, plans, console => TextTable.Print(console, plans, Columns(cli.Clock.GetUtcNow())));
            return ExitCode.Done;
        });
        return command;
    }

    private static (string, Func<PlanRow, string?>)[] Columns(DateTimeOffset now) =>
    [
        ("plan", p => p.Name),
        ("policy", p => p.Policy),
        ("verdict", p => p.Verdict),
        ("phase", p => p.Phase),
        ("moves", p => p.Moves.ToString(CultureInfo.InvariantCulture)),
        ("saves $/h", p => p.UsdPerHourSaved),
        ("saved $/h", p => p.UsdPerHourRealised),
        ("approval", p => p.Approval is { } approval ? approval + (p.By is null ? "" : " by " + p.By) : ""),
        ("age", p => p.CreatedAt is { } created ? Words.Age(now - created) : ""),
    ];
}

/// <summary>A plan in a list. Money is in US dollars, as decimal text.</summary>
internal sealed record PlanRow(
    string Name, string Policy, string Verdict, string Reason, string Phase, string? PhaseReason, int Moves, string UsdPerHourSaved, string? UsdPerHourRealised, string? Approval, string? By, string? Note, DateTimeOffset? CreatedAt)
{
    public static PlanRow Of(RebalancePlan plan)
    {
        var (spec, status) = (plan.Spec, plan.Status);
        return new PlanRow(
            plan.Metadata.Name, spec.PolicyName, spec.Verdict, spec.Reason, status.Phase ?? PlanPhases.Proposed, status.Reason, spec.Predicted.Moves, spec.Predicted.UsdPerHourSaved.ToString(),
            status.Realised?.UsdPerHourSaved?.ToString(), spec.Approval?.Decision, spec.Approval?.By, spec.Approval?.Note, plan.Metadata.CreationTimestamp);
    }
}
