using System.Globalization;
using Rebalancer.Model;
using Rebalancer.Policy.Cost.Catalogue;

namespace Rebalancer.Policy.Risk;

/// <summary>
/// The baseline: what is written on the node, else the Spot Instance Advisor's bucket of the machine's type and region as a rate per month, spread
/// evenly over its hours. Machines that nobody can take away at short notice have none.
/// </summary>
public sealed class AdvisorHazard(Ec2Catalogue catalogue) : IHazardModel
{
    /// <summary>More than once a minute is no hazard but a mistake.</summary>
    public const double MaxPerHour = 60;

    private const double HoursPerMonth = 730;

    /// <summary>The middle of each bucket; the last is open, and taken as 25 %.</summary>
    private static readonly double[] MonthlyRates = [0.025, 0.075, 0.125, 0.175, 0.25];

    /// <summary>Mean over the advisor's Linux entries of 2025-06-28, for spot machines that it does not know.</summary>
    private const double UnknownMonthlyRate = 0.141;

    public Hazard HazardOf(NodeInfo node)
    {
        if (Written(node) is { } written)
        {
            return new Hazard(written, "written on the node");
        }

        if (node.Machine.Capacity != CapacityType.Spot)
        {
            return new Hazard(0, "not a spot machine");
        }

        return catalogue.Advice(node.Machine.InstanceType, node.Machine.Region) is { } advice
            ? new Hazard(PerHour(MonthlyRates[advice.Bucket]), $"advisor bucket {advice.Bucket}")
            : new Hazard(PerHour(UnknownMonthlyRate), "mean of spot machines");
    }

    /// <summary>What is written on the node; null where nothing is, or nothing that makes sense.</summary>
    internal static double? Written(NodeInfo node) =>
        double.TryParse(node.HazardText, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var written) && written is >= 0 and <= MaxPerHour ? written : null;

    /// <summary>Constant hazard under which this share of machines is interrupted within a month.</summary>
    public static double PerHour(double monthlyRate) => -Math.Log(1 - monthlyRate) / HoursPerMonth;
}
