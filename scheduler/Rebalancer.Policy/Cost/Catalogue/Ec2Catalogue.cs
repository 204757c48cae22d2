using System.Collections.Immutable;
using System.Globalization;
using Rebalancer.Model;

namespace Rebalancer.Policy.Cost.Catalogue;

/// <summary>EC2's types with on-demand prices of us-east-1 (2026-07-20), and savings and interruptions of its spot machines (2025-06-28). See the two files beside this one.</summary>
public sealed class Ec2Catalogue : IPriceCatalogue
{
    private const string PricedRegion = "us-east-1";
    private static readonly Lazy<Ec2Catalogue> Embedded = new(() => new Ec2Catalogue());

    private readonly ImmutableDictionary<string, SpotAdvice> spot;

    private Ec2Catalogue()
    {
        Types = EmbeddedTable.Read("ec2-types.csv").Select(ToType).ToImmutableSortedDictionary(t => t.Name, t => t, StringComparer.Ordinal);
        spot = ReadSpot().ToImmutableDictionary(s => s.Key, s => s.Advice, StringComparer.Ordinal);
    }

    public static Ec2Catalogue Instance => Embedded.Value;

    public ImmutableSortedDictionary<string, InstanceType> Types { get; }

    public CataloguePrice? Find(MachineInfo machine)
    {
        if (!Types.TryGetValue(machine.InstanceType, out var type))
        {
            return null;
        }

        var listed = machine.Region == PricedRegion;
        return machine.Capacity switch
        {
            // Commitments are the policy's; the machine's list price is what it would cost without.
            CapacityType.OnDemand or CapacityType.Reserved => new CataloguePrice(type.OnDemand, listed),
            _ => Advice(machine.InstanceType, machine.Region) is { } advice ? new CataloguePrice(type.OnDemand * (1 - advice.SavingPercent / 100m), Exact: false) : null,
        };
    }

    /// <summary>What the advisor says of a type in a region; null where it says nothing.</summary>
    public SpotAdvice? Advice(string instanceType, string region) => spot.TryGetValue(Key(instanceType, region), out var advice) ? advice : null;

    private static InstanceType ToType(string[] row)
    {
        var resources = ResourceSet.Of(
            (ResourceSet.Cpu, Quantity.Parse(row[4] + "m")), (ResourceSet.Memory, Quantity.Parse(row[5] + "Mi")), ("pods", Quantity.Parse(row[6])));
        if (row[7] != "0")
        {
            resources = new ResourceSet(resources.Amounts.SetItem("nvidia.com/gpu", Quantity.Parse(row[7])));
        }

        return new InstanceType(row[0], row[1], resources, Integer(row[6]), new Money(decimal.Parse(row[8], CultureInfo.InvariantCulture)));
    }

    private static IEnumerable<(string Key, SpotAdvice Advice)> ReadSpot()
    {
        var regions = EmbeddedTable.Header("ec2-spot.csv");
        return EmbeddedTable.Read("ec2-spot.csv").SelectMany(row => Enumerable.Range(1, row.Length - 1)
            .Where(i => row[i].Length > 0)
            .Select(i => (Key(row[0], regions[i]), ToAdvice(row[i].Split(':')))));
    }

    private static SpotAdvice ToAdvice(string[] cell) => new(Integer(cell[0]), Integer(cell[1]));

    private static string Key(string type, string region) => type + "@" + region;

    private static int Integer(string text) => int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}

/// <summary>What EC2's Spot Instance Advisor says of a type in a region, over the last month.</summary>
/// <param name="SavingPercent">Against on-demand, mean; below 0 where spot was dearer.</param>
/// <param name="Bucket">Interrupted machines: 0 under 5 %, 1 5-10 %, 2 10-15 %, 3 15-20 %, 4 over 20 %.</param>
public readonly record struct SpotAdvice(int SavingPercent, int Bucket);
