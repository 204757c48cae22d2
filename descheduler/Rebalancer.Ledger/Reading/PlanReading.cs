using System.Globalization;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Ledger.Entries;

namespace Rebalancer.Ledger.Reading;

/// <summary>A RebalancePlan as an entry.</summary>
public static class PlanReading
{
    /// <summary>A year, as the policy's schema has it.</summary>
    private const decimal MaxHours = 8760;
    private const decimal MaxUsd = 1e9m;

    public static PlanEntry Of(RebalancePlan plan)
    {
        var (spec, status, predicted) = (plan.Spec, plan.Status, plan.Spec.Predicted);
        return new PlanEntry
        {
            Uid = plan.Metadata.Uid,
            Name = plan.Metadata.Name,
            Version = Versions.Of(plan.Metadata.ResourceVersion),
            CreatedAt = Exact.Instant(plan.Metadata.CreationTimestamp),
            Policy = spec.PolicyName,
            PolicyGeneration = spec.PolicyGeneration,
            Verdict = spec.Verdict,
            Phase = status.Phase ?? "",
            PhaseReason = status.Reason ?? "",
            StartedAt = Exact.Instant(status.StartedAt),
            CompletedAt = Exact.Instant(status.CompletedAt),
            PredictedUsdPerHour = Number(predicted.UsdPerHourSaved),
            PredictedUsdMoving = Number(predicted.UsdMoving),
            PredictedUsdNet = Number(predicted.UsdNetBenefit),
            StableHours = Math.Clamp(Number(predicted.StableHours), 0, MaxHours),
            Moves = predicted.Moves,
            FreedNodes = [.. spec.FreedNodes.Select(n => new PlannedNode(n.Name, Number(n.UsdPerHour), WasEmpty: n.WasEmpty))],
            NewNodes = [.. spec.NewNodes.Select(n => new PlannedNode(n.Name, Number(n.UsdPerHour), n.InstanceType))],
        };
    }

    /// <summary>The schema lets nothing but digits through, with a sign where it may be below 0. What is no number counts as nothing, and what nobody has as the most that is believed.</summary>
    internal static decimal Number(DecimalText text)
        => decimal.TryParse(text.Text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? Exact.Usd(Math.Clamp(number, -MaxUsd, MaxUsd)) : 0;
}
