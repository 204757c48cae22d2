using System.Globalization;

namespace Rebalancer.Model;

/// <summary>US dollars, exact in decimals.</summary>
public readonly record struct Money(decimal Usd) : IComparable<Money>
{
    public static Money operator +(Money a, Money b) => new(a.Usd + b.Usd);

    public static Money operator -(Money a, Money b) => new(a.Usd - b.Usd);

    public static Money operator *(Money a, decimal factor) => new(a.Usd * factor);

    public static bool operator <(Money a, Money b) => a.Usd < b.Usd;

    public static bool operator >(Money a, Money b) => a.Usd > b.Usd;

    public static bool operator <=(Money a, Money b) => a.Usd <= b.Usd;

    public static bool operator >=(Money a, Money b) => a.Usd >= b.Usd;

    public int CompareTo(Money other) => Usd.CompareTo(other.Usd);

    public override string ToString() => "$" + Usd.ToString("0.######", CultureInfo.InvariantCulture);
}
