using System.Globalization;

namespace Rebalancer.Policy.Constraints;

/// <summary>
/// EC2's names say the processor: family, generation, then a for AMD and g for Graviton (docs: "Amazon EC2 instance type naming conventions"). In the general
/// families (c, m, r) a later generation of a maker has every feature of an earlier one. Elsewhere the digits count something else, so only the same family is alike.
/// </summary>
internal readonly record struct Ec2Processor(string Family, char Maker, int Generation)
{
    private const char Intel = 'i';
    private const int Unknown = 0;

    public bool GoesOnOn(Ec2Processor target)
        => Family == target.Family || (Generation != Unknown && Maker == target.Maker && Generation <= target.Generation);

    public static bool TryParse(string instanceType, out Ec2Processor processor)
    {
        processor = default;
        if (instanceType.Split('.') is not [var family, _])
        {
            return false;
        }

        var digits = family.AsSpan().TrimStart("abcdefghijklmnopqrstuvwxyz");
        var letters = digits.TrimStart("0123456789");
        if (digits.Length == family.Length || !int.TryParse(digits[..^letters.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        var maker = letters.Contains('g') ? 'g' : letters.Contains('a') ? 'a' : Intel;
        processor = new Ec2Processor(family, maker, GenerationOf(family[..^digits.Length], number));
        return true;
    }

    /// <summary>Burstable machines count their own way: t3 has the processors of m5, t4g those of m6g.</summary>
    private static int GenerationOf(string letters, int number) => (letters, number) switch
    {
        ("c" or "m" or "r", _) => number,
        ("t", 3) => 5,
        ("t", 4) => 6,
        _ => Unknown,
    };
}
