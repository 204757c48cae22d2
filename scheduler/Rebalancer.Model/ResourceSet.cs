using System.Collections.Immutable;

namespace Rebalancer.Model;

/// <summary>Amounts by resource name (cpu, memory, nvidia.com/gpu, ...). A name that is absent means none of it.</summary>
public sealed record ResourceSet(ImmutableSortedDictionary<string, Quantity> Amounts)
{
    public const string Cpu = "cpu";
    public const string Memory = "memory";

    public static readonly ResourceSet Empty = new(ImmutableSortedDictionary.Create<string, Quantity>(StringComparer.Ordinal));

    public Quantity this[string name] => Amounts.GetValueOrDefault(name);

    public static ResourceSet Of(params ReadOnlySpan<(string Name, Quantity Amount)> amounts)
    {
        var set = Empty.Amounts.ToBuilder();
        foreach (var (name, amount) in amounts)
        {
            set[name] = amount;
        }

        return new ResourceSet(set.ToImmutable());
    }

    public static ResourceSet operator +(ResourceSet a, ResourceSet b) => a.Combine(b, static (x, y) => x + y);

    public static ResourceSet operator -(ResourceSet a, ResourceSet b) => a.Combine(b, static (x, y) => x - y);

    public static ResourceSet Max(ResourceSet a, ResourceSet b) => a.Combine(b, static (x, y) => x > y ? x : y);

    /// <summary>Resources of which <paramref name="available"/> has less than this set needs, in name order.</summary>
    public IEnumerable<(string Name, Quantity Needed, Quantity Available)> ShortOf(ResourceSet available)
        => Amounts.Where(need => need.Value > Quantity.Zero && need.Value > available[need.Key]).Select(need => (need.Key, need.Value, available[need.Key]));

    public bool Equals(ResourceSet? other) => other is not null && Amounts.SequenceEqual(other.Amounts);

    public override int GetHashCode() => Amounts.Count;

    public override string ToString() => string.Join(", ", Amounts.Select(a => $"{a.Key} {a.Value}"));

    private ResourceSet Combine(ResourceSet other, Func<Quantity, Quantity, Quantity> with)
    {
        var result = Amounts.ToBuilder();
        foreach (var name in Amounts.Keys.Union(other.Amounts.Keys))
        {
            result[name] = with(this[name], other[name]);
        }

        return new ResourceSet(result.ToImmutable());
    }
}
