using System.Globalization;
using FsCheck.Xunit;
using Parquet;
using Parquet.Schema;
using Rebalancer.Ledger.Accounting;
using Rebalancer.Ledger.Focus;
using Rebalancer.Ledger.Tests.World;
using static Rebalancer.Ledger.Tests.World.Given;

namespace Rebalancer.Ledger.Tests.Focus;

/// <summary>What a FOCUS 1.3 consumer may rely on, beside the report that it is made from.</summary>
public sealed class FocusTests
{
    /// <summary>Mandatory in the Cost and Usage dataset of FOCUS 1.3, whatever a provider supports.</summary>
    private static readonly string[] Mandatory =
    [
        "BilledCost", "BillingAccountId", "BillingAccountName", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory", "ChargeClass", "ChargeDescription",
        "ChargePeriodEnd", "ChargePeriodStart", "ContractedCost", "EffectiveCost", "HostProviderName", "InvoiceIssuerName", "ListCost", "PricingQuantity", "PricingUnit", "ProviderName",
        "PublisherName", "ServiceCategory", "ServiceName", "ServiceProviderName",
    ];

    /// <summary>Those that must never be null.</summary>
    private static readonly string[] NotNull =
    [
        "BilledCost", "BillingAccountId", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory", "ChargeFrequency", "ChargePeriodEnd", "ChargePeriodStart",
        "ContractedCost", "EffectiveCost", "HostProviderName", "InvoiceIssuerName", "ListCost", "ProviderName", "PublisherName", "ServiceCategory", "ServiceName", "ServiceProviderName",
        "ServiceSubcategory",
    ];

    /// <summary>Conditional ones, whose condition holds for nodes of a cluster.</summary>
    private static readonly string[] Conditional =
    [
        "AvailabilityZone", "CommitmentDiscountCategory", "CommitmentDiscountId", "CommitmentDiscountName", "CommitmentDiscountQuantity", "CommitmentDiscountStatus",
        "CommitmentDiscountType", "CommitmentDiscountUnit", "ConsumedQuantity", "ConsumedUnit", "ContractedUnitPrice", "ListUnitPrice", "PricingCategory", "RegionId", "RegionName",
        "ResourceId", "ResourceName", "ResourceType", "SkuId", "SkuMeter", "SkuPriceDetails", "SkuPriceId", "SubAccountId", "SubAccountName", "SubAccountType", "Tags",
    ];

    [Fact]
    public void Columns_AreThoseOfTheSpecification()
    {
        var columns = new FocusColumns("account").All;

        Assert.Subset(columns.Select(c => c.Name).ToHashSet(), Mandatory.Concat(Conditional).ToHashSet());
        Assert.Distinct(columns.Select(c => c.Name));
        Assert.All(columns.Where(c => NotNull.Contains(c.Name)), c => Assert.False(c.Nullable));
        var others = columns.Select(c => c.Name).Except(Mandatory).Except(Conditional).Except(["ChargeFrequency", "ServiceSubcategory", "BillingAccountType"]);
        Assert.All(others, name => Assert.StartsWith("x_", name, StringComparison.Ordinal));
    }

    [Property(MaxTest = 60)]
    public async Task Csv_AnyHistory_KeepsTheRulesAndAddsUpToTheReport(int seed)
    {
        var account = new Account(Book(RandomWorld.Of(seed)), new Period(At(-200), At(100)));

        var rows = await CsvAsync(account);

        Assert.All(rows, row =>
        {
            Assert.All(NotNull, name => Assert.NotEqual("", row[name]));
            Assert.Equal(row["CommitmentDiscountId"] == "", row["CommitmentDiscountStatus"] == "");
            Assert.Equal(row["ResourceId"] == "", row["ResourceType"] == "");
            Assert.True(string.CompareOrdinal(row["ChargePeriodStart"], row["ChargePeriodEnd"]) < 0);
            Assert.True(string.CompareOrdinal(row["BillingPeriodStart"], row["ChargePeriodStart"]) <= 0);
        });
        Assert.All(rows.Where(r => r["ChargeCategory"] == "Usage"), row =>
        {
            Assert.Equal(Number(row, "ListCost"), Number(row, "ListUnitPrice") * Number(row, "PricingQuantity"));
            Assert.Equal(Number(row, "ContractedCost"), Number(row, "ContractedUnitPrice") * Number(row, "PricingQuantity"));
            Assert.Equal(row["PricingCategory"] == "Committed" ? 0 : Number(row, "EffectiveCost"), Number(row, "BilledCost"));
            Assert.True(string.CompareOrdinal(row["ChargePeriodEnd"], row["BillingPeriodEnd"]) <= 0);
        });
        Assert.All(rows.Where(r => r["ChargeCategory"] != "Usage"), row => Assert.Equal(("0", "0", "0", "0"), (row["BilledCost"], row["EffectiveCost"], row["ListCost"], row["ContractedCost"])));

        var report = account.Report();
        Assert.Equal(report.NodesUsd, rows.Sum(r => Number(r, "EffectiveCost")));
        Assert.Equal(report.Totals.RealisedUsd, rows.Sum(r => Number(r, "x_SavedUsd")));
        Assert.Equal(report.Totals.MovingUsd, rows.Sum(r => Number(r, "x_MoveCostUsd")));
        Assert.Equal(report.Totals.AvoidedUsd, rows.Sum(r => Number(r, "x_AvoidedLossUsd")));
    }

    [Fact]
    public async Task Csv_NodeOverMidnight_OneRowADay()
    {
        var rows = await CsvAsync(new Account(Book(Node("a", machine: "gce://my-project/us-east1-b/a"), Price("a", -50, 0.1m)), new Period(At(0), At(4))));

        Assert.Equal(["2026-03-30T22:00:00Z", "2026-03-31T00:00:00Z"], rows.Select(r => r["ChargePeriodStart"]));
        Assert.Equal(["2026-03-31T00:00:00Z", "2026-03-31T02:00:00Z"], rows.Select(r => r["ChargePeriodEnd"]));
        Assert.All(rows, r => Assert.Equal(("0.2", "0.4", "Standard", "my-project", "Google Cloud", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", "m5.large", "us-east-1"),
            (r["BilledCost"], r["ListCost"], r["PricingCategory"], r["SubAccountId"], r["ServiceProviderName"], r["BillingPeriodStart"], r["BillingPeriodEnd"], r["SkuId"], r["RegionId"])));
    }

    [Theory]
    [InlineData("Spot", "", "Dynamic", "0.1")]
    [InlineData("OnDemand", "", "Standard", "0.1")]
    [InlineData("OnDemand", "default/commitments[0]", "Committed", "0")]
    public async Task Csv_WayOfPaying_IsThePricingCategory(string capacity, string commitment, string category, string billed)
    {
        var row = Assert.Single(await CsvAsync(new Account(Book(Node("a") with { Capacity = capacity }, Price("a", -50, 0.1m, commitment)), new Period(At(0), At(1)))));

        Assert.Equal((category, billed, "0.1", commitment, commitment == "" ? "" : "Used"), (row["PricingCategory"], row["BilledCost"], row["EffectiveCost"], row["CommitmentDiscountId"], row["CommitmentDiscountStatus"]));
    }

    /// <summary>Read back with every digit; names with what CSV has a meaning for.</summary>
    [Theory]
    [InlineData("=HYPERLINK(\"http://evil.test\",\"open\")")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("@SUM(A1)")]
    [InlineData("\t=1")]
    public async Task Csv_NameThatASpreadsheetWouldTakeForAFormula_IsText(string id)
    {
        var row = Assert.Single(await CsvAsync(new Account(Book(Node("a", machine: id), Price("a", -50, 0.1m)), new Period(At(0), At(1)))));

        Assert.Equal("'" + id, row["ResourceId"]);
        Assert.DoesNotContain(row.Values, value => value.Length > 0 && "=+@\t".Contains(value[0], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Parquet_ReadBack_IsTheCsv()
    {
        var account = new Account(Book([.. RandomWorld.Of(5), Node("odd", name: "a,\"b\"\nc"), Price("odd", -50, 0.123456789m)]), new Period(At(-200), At(100)));
        var csv = await CsvAsync(account);
        using var stream = new MemoryStream();

        await FocusExport.WriteParquetAsync(account, "account", stream);

        stream.Position = 0;
        await using var reader = await ParquetReader.CreateAsync(stream);
        Assert.Equal("1.3", reader.CustomMetadata["FocusVersion"]);
        Assert.Equal(new FocusColumns("").All.Select(c => c.Name), reader.Schema.GetDataFields().Select(f => f.Name));
        foreach (var field in reader.Schema.GetDataFields())
        {
            Assert.Equal(csv.Select(r => r[field.Name]), await TextsAsync(reader, field));
        }
    }

    /// <summary>A thousand nodes for 201 days are a row a day each, and more than are answered.</summary>
    [Fact]
    public async Task Export_TooManyCharges_RefusedWithTheReason()
    {
        var nodes = Enumerable.Range(0, 1000).SelectMany(i => new Rebalancer.Ledger.Entries.LedgerEntry[] { Node($"n{i}"), Price($"n{i}", -50, 0.1m) }).ToArray();
        var account = new Account(Book(nodes), new Period(At(0), At(0).AddDays(201)));

        var refused = await Assert.ThrowsAsync<Rebalancer.Ledger.Store.LedgerException>(() => FocusExport.WriteCsvAsync(account, "account", Stream.Null));

        Assert.Contains("more than 200000 charges from 2026-03-30", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<List<string>> TextsAsync(ParquetReader reader, DataField field)
    {
        var all = new List<string>();
        for (var i = 0; i < reader.RowGroupCount; i++)
        {
            using var group = reader.OpenRowGroupReader(i);
            all.AddRange(field switch
            {
                DecimalDataField { IsNullable: true } => (await ReadAsync<decimal?>(group, (m, c) => group.ReadAsync<decimal>(field, m, null, c))).Select(v => v?.ToString("0.##################", CultureInfo.InvariantCulture) ?? ""),
                DecimalDataField => (await ReadAsync<decimal>(group, (m, c) => group.ReadAsync<decimal>(field, m, null, c))).Select(v => v.ToString("0.##################", CultureInfo.InvariantCulture)),
                DateTimeDataField => (await ReadAsync<DateTime>(group, (m, c) => group.ReadAsync<DateTime>(field, m, null, c))).Select(v => v.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
                _ => (await ReadAsync<string?>(group, (m, c) => group.ReadAsync(field, m, null, c))).Select(v => v ?? ""),
            });
        }

        return all;
    }

    private static async Task<T[]> ReadAsync<T>(ParquetRowGroupReader group, Func<Memory<T>, CancellationToken, ValueTask> read)
    {
        var values = new T[group.RowCount];
        await read(values, default);
        return values;
    }

    private static decimal Number(Dictionary<string, string> row, string name) => row[name] == "" ? 0 : decimal.Parse(row[name], CultureInfo.InvariantCulture);

    private static async Task<List<Dictionary<string, string>>> CsvAsync(Account account)
    {
        using var stream = new MemoryStream();
        await FocusExport.WriteCsvAsync(account, "account", stream);
        var lines = CsvReading.Records(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
        return [.. lines.Skip(1).Select(line => lines[0].Zip(line).ToDictionary(f => f.First, f => f.Second))];
    }
}
