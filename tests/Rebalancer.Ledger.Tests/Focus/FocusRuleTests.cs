using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using FsCheck.Xunit;
using Parquet;
using Parquet.Schema;
using Rebalancer.Ledger.Accounting;
using Rebalancer.Ledger.Entries;
using Rebalancer.Ledger.Focus;
using Rebalancer.Ledger.Tests.World;
using static Rebalancer.Ledger.Tests.World.Given;

namespace Rebalancer.Ledger.Tests.Focus;

/// <summary>
/// Requirements of FOCUS 1.3's Cost and Usage dataset that a row, or all rows together, can be held against; by column, as the specification has them. What is null is an empty field of the CSV.
/// </summary>
public sealed partial class FocusRuleTests
{
    private static readonly Dictionary<string, string[]> AllowedValues = new()
    {
        ["BillingCurrency"] = ["USD"],
        ["ChargeCategory"] = ["Usage", "Purchase", "Tax", "Credit", "Adjustment"],
        ["ChargeClass"] = ["", "Correction"],
        ["ChargeFrequency"] = ["One-Time", "Recurring", "Usage-Based"],
        ["CommitmentDiscountCategory"] = ["", "Spend", "Usage"],
        ["CommitmentDiscountStatus"] = ["", "Used", "Unused"],
        ["PricingCategory"] = ["", "Standard", "Dynamic", "Committed", "Other"],
        ["ServiceCategory"] = ["Compute"],
        ["ServiceSubcategory"] = ["Containers", "End User Computing", "Quantum Compute", "Serverless Compute", "Virtual Machines", "Other (Compute)"],
    };

    private static readonly string[] Instants = ["BillingPeriodStart", "BillingPeriodEnd", "ChargePeriodStart", "ChargePeriodEnd"];
    private static readonly string[] Costs = ["BilledCost", "ContractedCost", "EffectiveCost", "ListCost"];
    private static readonly string[] UnitPrices = ["ContractedUnitPrice", "ListUnitPrice"];
    private static readonly string[] Numbers = [.. Costs, .. UnitPrices, "CommitmentDiscountQuantity", "ConsumedQuantity", "PricingQuantity", "x_SavedUsd", "x_MoveCostUsd", "x_AvoidedLossUsd"];

    /// <summary>Each is null where the other is.</summary>
    private static readonly (string Column, string Other)[] Together =
    [
        ("CommitmentDiscountId", "CommitmentDiscountCategory"), ("CommitmentDiscountId", "CommitmentDiscountName"), ("CommitmentDiscountId", "CommitmentDiscountType"),
        ("CommitmentDiscountId", "CommitmentDiscountStatus"), ("CommitmentDiscountId", "CommitmentDiscountQuantity"), ("CommitmentDiscountQuantity", "CommitmentDiscountUnit"),
        ("ConsumedQuantity", "ConsumedUnit"), ("PricingQuantity", "PricingUnit"), ("RegionId", "RegionName"), ("ResourceId", "ResourceType"), ("SkuId", "SkuMeter"),
        ("SubAccountId", "SubAccountName"), ("SubAccountId", "SubAccountType"),
    ];

    /// <summary>What usage has and nothing else may have, as only usage has a SKU here.</summary>
    private static readonly string[] OfUsage = ["SkuId", "SkuPriceId", "ConsumedQuantity", "PricingQuantity", "PricingCategory", "ContractedUnitPrice", "ListUnitPrice"];

    [Property(MaxTest = 60)]
    public async Task Rows_AnyHistory_HaveTheFormatsAndValuesOfTheirColumns(int seed)
        => Assert.All(await RowsAsync(seed), row =>
        {
            Assert.All(AllowedValues, allowed => Assert.Contains(row[allowed.Key], allowed.Value));
            Assert.All(Instants, name => Assert.Matches(DateTimeFormat(), row[name]));
            Assert.All(Numbers.Where(n => row[n] != ""), name => Assert.Matches(NumericFormat(), row[name]));
            Assert.All(new[] { "SkuPriceDetails", "Tags" }.Where(n => row[n] != ""), name => Assert.True(IsKeyValueFormat(row[name]), row[name]));
            Assert.All(row.Values, value => Assert.False(value.Length > 0 && string.IsNullOrWhiteSpace(value)));
        });

    [Property(MaxTest = 60)]
    public async Task Rows_AnyHistory_AreNullWhereAndOnlyWhereTheyMustBe(int seed)
        => Assert.All(await RowsAsync(seed), row =>
        {
            Assert.All(Together, pair => Assert.Equal(row[pair.Column] == "", row[pair.Other] == ""));
            Assert.All(OfUsage, name => Assert.Equal(row["ChargeCategory"] == "Usage", row[name] != ""));
            Assert.True(row["SkuPriceId"] != "" || (row["SkuPriceDetails"], row["CommitmentDiscountQuantity"]) is ("", ""));
            Assert.Equal(row["CommitmentDiscountId"] != "", row["PricingCategory"] == "Committed");
            Assert.NotEqual(row["ResourceId"], row["ResourceName"]);
            Assert.Equal(row["ServiceProviderName"], row["HostProviderName"]);
        });

    [Property(MaxTest = 60)]
    public async Task Rows_AnyHistory_CostsAndPeriodsGoTogether(int seed)
        => Assert.All(await RowsAsync(seed), row =>
        {
            Assert.All(UnitPrices.Where(n => row[n] != ""), name => Assert.True(Number(row, name) >= 0));
            Assert.True(row["ChargeCategory"] == "Usage" || Costs.All(name => row[name] == row["BilledCost"]), "what is no usage costs the same in every way of counting");
            Assert.True(row["CommitmentDiscountStatus"] != "Used" || row["BilledCost"] == "0", "what a commitment covers is not billed");
            var (start, end) = (Instant(row, "BillingPeriodStart"), Instant(row, "BillingPeriodEnd"));
            Assert.Equal((1, TimeSpan.Zero, start.AddMonths(1)), (start.Day, start.TimeOfDay, end));
            Assert.True(start <= Instant(row, "ChargePeriodStart") && Instant(row, "ChargePeriodStart") < Instant(row, "ChargePeriodEnd") && Instant(row, "ChargePeriodEnd") <= end);
        });

    [Property(MaxTest = 60)]
    public async Task Rows_AnyHistory_NamesMeanOneThing(int seed)
    {
        var rows = await RowsAsync(seed);

        foreach (var (name, parent) in new[]
        {
            ("ServiceName", "ServiceCategory"), ("ServiceName", "ServiceSubcategory"), ("SkuPriceId", "SkuId"), ("SkuPriceId", "SkuPriceDetails"), ("SkuId", "SkuMeter"),
            ("CommitmentDiscountId", "CommitmentDiscountUnit"), ("SubAccountId", "SubAccountName"), ("RegionId", "RegionName"),
        })
        {
            Assert.All(rows.Where(r => r[name] != "").GroupBy(r => r[name]), same => Assert.Single(same.Select(r => r[parent]).Distinct()));
        }
    }

    [Fact]
    public async Task Parquet_Schema_HasTheTypesOfTheSpecification()
    {
        using var stream = new MemoryStream();

        await FocusExport.WriteParquetAsync(new Account(Book(World(1)), new Period(At(-200), At(100))), "account", stream);

        stream.Position = 0;
        await using var reader = await ParquetReader.CreateAsync(stream);
        Assert.All(reader.Schema.GetDataFields(), field => Assert.Equal(
            Instants.Contains(field.Name) ? typeof(DateTime) : Numbers.Contains(field.Name) ? typeof(decimal) : typeof(ReadOnlyMemory<char>), field.ClrType));
        Assert.All(reader.Schema.GetDataFields().OfType<DecimalDataField>(), field => Assert.True(field.Precision >= 36, field.Name));
        Assert.All(reader.Schema.GetDataFields().Where(f => f.Name is "BillingAccountId" or "BillingAccountType" or "ChargeCategory" || Costs.Contains(f.Name) || Instants.Contains(f.Name)), f => Assert.False(f.IsNullable));
    }

    /// <summary>BillingAccountId must say something, whatever was asked for.</summary>
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public async Task Csv_NoAccount_TheOneThatStandsForIt(string account)
        => Assert.All(await RowsAsync(World(1), account), row => Assert.Equal((FocusExport.UnknownAccount, FocusExport.UnknownAccount), (row["BillingAccountId"], row["BillingAccountName"])));

    /// <summary>Of every cloud, of none, without a type, spot and committed.</summary>
    private static LedgerEntry[] World(int seed) =>
    [
        .. RandomWorld.Of(seed),
        Node("gce", machine: "gce://my-project/us-east1-b/a") with { Capacity = "Spot" }, Price("gce", -50, 0.1m),
        Node("azure", machine: "azure:///subscriptions/1234/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm-1"), Price("azure", -50, 0m, "default/commitments[1]"),
        Node("bare", name: "bare-1") with { InstanceType = "", Region = "", Zone = "", Capacity = "" }, Price("bare", -50, 0.000001m) with { Source = "" },
        Move("late", ended: 25.9999),
    ];

    private static Task<List<Dictionary<string, string>>> RowsAsync(int seed) => RowsAsync(World(seed), "account");

    private static async Task<List<Dictionary<string, string>>> RowsAsync(LedgerEntry[] world, string account)
    {
        using var stream = new MemoryStream();
        await FocusExport.WriteCsvAsync(new Account(Book(world), new Period(At(-200), At(100))), account, stream);
        var lines = CsvReading.Records(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
        return [.. lines.Skip(1).Select(line => lines[0].Zip(line).ToDictionary(f => f.First, f => f.Second))];
    }

    private static bool IsKeyValueFormat(string json)
        => JsonDocument.Parse(json).RootElement is { ValueKind: JsonValueKind.Object } root
            && root.EnumerateObject().All(p => p.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null);

    private static decimal Number(Dictionary<string, string> row, string name) => decimal.Parse(row[name], CultureInfo.InvariantCulture);

    private static DateTime Instant(Dictionary<string, string> row, string name) => DateTimeOffset.Parse(row[name], CultureInfo.InvariantCulture).UtcDateTime;

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
    private static partial Regex DateTimeFormat();

    /// <summary>No sign of what is positive, nor of nothing; no exponents.</summary>
    [GeneratedRegex(@"^(?!-0$)-?\d+(\.\d*[1-9])?$")]
    private static partial Regex NumericFormat();
}
