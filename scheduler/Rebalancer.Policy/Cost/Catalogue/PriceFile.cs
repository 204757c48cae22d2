using System.Collections.Immutable;
using System.Globalization;
using Rebalancer.Model;

namespace Rebalancer.Policy.Cost.Catalogue;

/// <summary>
/// Prices from a file, for clouds of which none ship: CSV with the header "instance_type,region,zone,capacity_type,usd_per_hour", # for comments.
/// Region and zone may be empty, which means any; capacity_type is on-demand, spot or reserved. The line that says most about a machine's place decides.
/// </summary>
public sealed class PriceFile : IPriceCatalogue
{
    private const string Header = "instance_type,region,zone,capacity_type,usd_per_hour";
    private readonly ImmutableDictionary<(string Type, string Region, string Zone, CapacityType Capacity), Money> prices;

    private PriceFile(ImmutableDictionary<(string, string, string, CapacityType), Money> prices) => this.prices = prices;

    /// <summary>Reads everything and reports everything that is wrong; lines that are wrong are left out.</summary>
    public static PriceFile Read(string name, string text, ICollection<InvalidField> problems)
    {
        var prices = ImmutableDictionary.CreateBuilder<(string, string, string, CapacityType), Money>();
        var lines = text.Split('\n').Select((l, i) => (Text: l.Trim(), Number: i + 1)).Where(l => l.Text.Length > 0 && !l.Text.StartsWith('#')).ToList();
        if (lines.Count == 0 || lines[0].Text != Header)
        {
            problems.Add(new InvalidField(name, "header", lines.Count == 0 ? "" : lines[0].Text, Header));
            return new PriceFile(prices.ToImmutable());
        }

        foreach (var (line, number) in lines.Skip(1))
        {
            if (line.Split(',') is [{ Length: > 0 } type, var region, var zone, var capacity, var usd] && CapacityOf(capacity) is { } kind
                && decimal.TryParse(usd, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price) && price is > 0 and <= NodePricing.MaxUsdPerHour)
            {
                prices[(type, region, zone, kind)] = new Money(price);
            }
            else
            {
                problems.Add(new InvalidField(name, $"line {number}", line, $"{Header}, with a price above 0 and at most {NodePricing.MaxUsdPerHour:0}"));
            }
        }

        return new PriceFile(prices.ToImmutable());
    }

    public CataloguePrice? Find(MachineInfo machine)
    {
        foreach (var (region, zone) in new[] { (machine.Region, machine.Zone), ("", machine.Zone), (machine.Region, ""), ("", "") })
        {
            if (prices.TryGetValue((machine.InstanceType, region, zone, machine.Capacity), out var price))
            {
                return new CataloguePrice(price, Exact: true);
            }
        }

        return null;
    }

    private static CapacityType? CapacityOf(string text) => text switch
    {
        "on-demand" => CapacityType.OnDemand,
        "spot" => CapacityType.Spot,
        "reserved" => CapacityType.Reserved,
        _ => null,
    };
}
