using System.Globalization;

namespace Rebalancer.Testing.Selectors;

internal enum Operator
{
    In,
    NotIn,
    Exists,
    DoesNotExist,
    Gt,
    Lt,
}

/// <summary>One requirement on the value of a key; null stands for an absent key.</summary>
internal sealed record Requirement(string Key, Operator Operator, IReadOnlyList<string> Values)
{
    public bool Holds(string? value) => Operator switch
    {
        Operator.In => value is not null && Values.Contains(value),
        Operator.NotIn => value is null || !Values.Contains(value),
        Operator.Exists => value is not null,
        Operator.DoesNotExist => value is null,
        Operator.Gt => Compare(value) > 0,
        _ => Compare(value) < 0,
    };

    private int Compare(string? value) =>
        Values.Count == 1 && long.TryParse(value, CultureInfo.InvariantCulture, out var left) && long.TryParse(Values[0], CultureInfo.InvariantCulture, out var right)
            ? left.CompareTo(right)
            : 0;
}
