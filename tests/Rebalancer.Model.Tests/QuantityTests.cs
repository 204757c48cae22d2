namespace Rebalancer.Model.Tests;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("100m", 100)]
    [InlineData("1", 1000)]
    [InlineData("1.5", 1500)]
    [InlineData(".5", 500)]
    [InlineData("5.", 5000)]
    [InlineData("+2", 2000)]
    [InlineData("-2", -2000)]
    [InlineData("2k", 2_000_000)]
    [InlineData("2Ki", 2_048_000)]
    [InlineData("1.5Gi", 1_610_612_736_000)]
    [InlineData("2e3", 2_000_000)]
    [InlineData("2E3", 2_000_000)]
    [InlineData("25e-1", 2_500)]
    [InlineData("1E", 1_000_000_000_000_000_000_000d)]
    [InlineData("100n", 1)]
    [InlineData("100u", 1)]
    [InlineData("1001u", 2)]
    public void Parse_ValidText_MilliUnitsRoundUp(string text, double milli)
    {
        var quantity = Quantity.Parse(text);

        Assert.Equal((decimal)milli, Math.Ceiling(quantity.ToDecimal() * 1000));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("m")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("1.2.3")]
    [InlineData("1-2")]
    [InlineData("--1")]
    [InlineData("1mi")]
    [InlineData("1KI")]
    [InlineData("1K")]
    [InlineData("1e")]
    [InlineData("1e1.5")]
    [InlineData("1e999")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("0x10")]
    [InlineData("٣")]
    [InlineData("9223372036854775808")]
    [InlineData("8Ei")]
    public void TryParse_InvalidText_Rejected(string? text)
    {
        Assert.False(Quantity.TryParse(text, out _));
    }

    [Fact]
    public void Parse_LargestValue_Exact()
    {
        Assert.Equal(long.MaxValue, Quantity.Parse("9223372036854775807").Units);
    }

    [Fact]
    public void Parse_InvalidText_MessageHoldsIt()
    {
        Assert.Contains("'12parsecs'", Assert.Throws<FormatException>(() => Quantity.Parse("12parsecs")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_TenTenths_ExactlyOne()
    {
        var sum = Enumerable.Repeat(Quantity.Parse("0.1"), 10).Aggregate(Quantity.Zero, (a, b) => a + b);

        Assert.Equal(Quantity.FromUnits(1), sum);
    }

    [Theory]
    [InlineData("1500m", "1500m")]
    [InlineData("2", "2")]
    [InlineData("1Ki", "1024")]
    [InlineData("1u", "1000n")]
    public void ToString_Quantity_ParsesBackToItself(string text, string canonical)
    {
        Assert.Equal(canonical, Quantity.Parse(text).ToString());
        Assert.Equal(Quantity.Parse(text), Quantity.Parse(canonical));
    }

    [Fact]
    public void ShortOf_LessAvailable_NamesEveryMissingResource()
    {
        var needed = ResourceSet.Of(("cpu", Quantity.FromMilli(500)), ("memory", Quantity.FromUnits(10)), ("nvidia.com/gpu", Quantity.FromUnits(1)));
        var available = ResourceSet.Of(("cpu", Quantity.FromMilli(499)), ("memory", Quantity.FromUnits(10)));

        Assert.Equal(["cpu", "nvidia.com/gpu"], needed.ShortOf(available).Select(s => s.Name));
    }
}
