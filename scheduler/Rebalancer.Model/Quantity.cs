using System.Buffers;
using System.Globalization;
using System.Numerics;

namespace Rebalancer.Model;

/// <summary>
/// A Kubernetes quantity ("100m", "1.5Gi", "2e3"), exact to a billionth as in Kubernetes: finer digits are rounded up.
/// Grammar: k8s.io/apimachinery/pkg/api/resource.
/// </summary>
public readonly record struct Quantity : IComparable<Quantity>
{
    private const int NanoDigits = 9;
    private const int MaxLength = 64;
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("+-.0123456789");
    private static readonly Int128 One = 1_000_000_000;
    private static readonly Int128 Max = (Int128)long.MaxValue * One;

    private readonly Int128 nanos;

    private Quantity(Int128 nanos) => this.nanos = nanos;

    public static Quantity Zero => default;

    public static Quantity FromUnits(long units) => new(units * One);

    public static Quantity FromMilli(long milli) => new(milli * (One / 1000));

    /// <summary>Thousandths, rounded up: what Kubernetes calls MilliValue.</summary>
    public long MilliUnits => CeilingDivide(nanos, One / 1000);

    /// <summary>Whole units, rounded up: what Kubernetes calls Value.</summary>
    public long Units => CeilingDivide(nanos, One);

    public decimal ToDecimal() => (decimal)(nanos / One) + (decimal)(nanos % One) / (decimal)One;

    public static Quantity operator +(Quantity a, Quantity b) => new(a.nanos + b.nanos);

    public static Quantity operator -(Quantity a, Quantity b) => new(a.nanos - b.nanos);

    public static bool operator <(Quantity a, Quantity b) => a.nanos < b.nanos;

    public static bool operator >(Quantity a, Quantity b) => a.nanos > b.nanos;

    public static bool operator <=(Quantity a, Quantity b) => a.nanos <= b.nanos;

    public static bool operator >=(Quantity a, Quantity b) => a.nanos >= b.nanos;

    public int CompareTo(Quantity other) => nanos.CompareTo(other.nanos);

    public override string ToString()
    {
        if (nanos % One == 0)
        {
            return (nanos / One).ToString(CultureInfo.InvariantCulture);
        }

        return nanos % (One / 1000) == 0
            ? (nanos / (One / 1000)).ToString(CultureInfo.InvariantCulture) + "m"
            : nanos.ToString(CultureInfo.InvariantCulture) + "n";
    }

    /// <exception cref="FormatException">Not a quantity, or beyond 2^63-1; the message holds the text.</exception>
    public static Quantity Parse(string text)
        => TryParse(text, out var value) ? value : throw new FormatException($"'{text}' is not a Kubernetes quantity such as 100m, 1.5Gi or 2e3 within +-(2^63-1)");

    public static bool TryParse(string? text, out Quantity value)
    {
        value = default;
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength)
        {
            return false;
        }

        var digitsEnd = text.AsSpan().IndexOfAnyExcept(NumberCharacters);
        var number = digitsEnd < 0 ? text.AsSpan() : text.AsSpan(0, digitsEnd);
        var suffix = digitsEnd < 0 ? default : text.AsSpan(digitsEnd);
        if (!TryScale(suffix, out var powerOfTen, out var factor) || !TryNumber(number, powerOfTen, factor, out var nanos))
        {
            return false;
        }

        value = new Quantity(nanos);
        return true;
    }

    private static bool TryScale(ReadOnlySpan<char> suffix, out int powerOfTen, out Int128 factor)
    {
        powerOfTen = 0;
        factor = 1;
        switch (suffix)
        {
            case "": return true;
            case "n": powerOfTen = -9; return true;
            case "u": powerOfTen = -6; return true;
            case "m": powerOfTen = -3; return true;
            case "k": powerOfTen = 3; return true;
            case "M": powerOfTen = 6; return true;
            case "G": powerOfTen = 9; return true;
            case "T": powerOfTen = 12; return true;
            case "P": powerOfTen = 15; return true;
            case "E": powerOfTen = 18; return true;
            case "Ki": factor = (Int128)1 << 10; return true;
            case "Mi": factor = (Int128)1 << 20; return true;
            case "Gi": factor = (Int128)1 << 30; return true;
            case "Ti": factor = (Int128)1 << 40; return true;
            case "Pi": factor = (Int128)1 << 50; return true;
            case "Ei": factor = (Int128)1 << 60; return true;
        }

        return suffix.Length > 1 && suffix[0] is 'e' or 'E'
            && int.TryParse(suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out powerOfTen)
            && powerOfTen is >= -18 and <= 18;
    }

    private static bool TryNumber(ReadOnlySpan<char> number, int powerOfTen, Int128 factor, out Int128 nanos)
    {
        nanos = 0;
        var negative = number.StartsWith("-");
        var unsigned = negative || number.StartsWith("+") ? number[1..] : number;
        var point = unsigned.IndexOf('.');
        var whole = point < 0 ? unsigned : unsigned[..point];
        var fraction = point < 0 ? default : unsigned[(point + 1)..];
        if (whole.Length + fraction.Length == 0 || whole.ContainsAnyExceptInRange('0', '9') || fraction.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        // digits * factor * 10^(9 + powerOfTen - fraction.Length) nanos; BigInteger keeps every digit until the one rounding.
        var digits = BigInteger.Parse(string.Concat(whole, fraction), CultureInfo.InvariantCulture) * (BigInteger)factor;
        var exponent = NanoDigits + powerOfTen - fraction.Length;
        var scaled = exponent >= 0
            ? digits * BigInteger.Pow(10, exponent)
            : RoundUp(digits, BigInteger.Pow(10, -exponent));
        if (scaled > (BigInteger)Max)
        {
            return false;
        }

        nanos = negative ? -(Int128)scaled : (Int128)scaled;
        return true;
    }

    private static BigInteger RoundUp(BigInteger value, BigInteger divisor)
        => (value + divisor - 1) / divisor;

    private static long CeilingDivide(Int128 value, Int128 divisor)
    {
        var quotient = value / divisor;
        return (long)(value % divisor > 0 ? quotient + 1 : quotient);
    }
}
