using System.Globalization;
using Rebalancer.Policy;

namespace Rebalancer.Planning;

/// <summary>When a set of moves is worth it: it pays for itself, saves more than pennies, and disturbs no more than the saving is worth.</summary>
internal static class BenefitRule
{
    public static (PlanVerdict Verdict, string Reason) Judge(PlanBalance balance, PlanPolicy policy)
    {
        if (balance.Moves == 0)
        {
            return (PlanVerdict.NothingToDo, "no set of moves frees or downsizes a node");
        }

        var sums = $"saves {balance.Saved}/h of {balance.Before}/h ({Percent(balance.SavingShare)}), {balance.NetBenefit} net over {balance.StableHours.ToString(CultureInfo.InvariantCulture)} h, "
            + $"with {balance.Moves} of {balance.Pods} pods moved";
        if (balance.NetBenefit.Usd <= 0 || balance.Saved.Usd <= 0)
        {
            return (PlanVerdict.NoBenefit, sums);
        }

        if (balance.SavingShare < policy.LeastSavingShare)
        {
            return (PlanVerdict.BelowThreshold, $"{sums}; the policy begins at {Percent(policy.LeastSavingShare)}");
        }

        return balance.SavingShare * policy.DisruptionTolerance < balance.DisruptionShare
            ? (PlanVerdict.TooDisruptive, $"{sums}; {Percent(balance.SavingShare)} saved for {Percent(balance.DisruptionShare)} of the pods is less than 1 to {policy.DisruptionTolerance.ToString(CultureInfo.InvariantCulture)}")
            : (PlanVerdict.Act, sums);
    }

    private static string Percent(double share) => share.ToString("P1", CultureInfo.InvariantCulture);
}
