namespace Rebalancer.Simulation.Kernel;

/// <summary>Hashes of names that are the same in every process, so that what is listed in their order is too.</summary>
internal sealed class OrdinalKeys : IEqualityComparer<(string Namespace, string Name)>
{
    public static readonly OrdinalKeys Instance = new();

    public bool Equals((string Namespace, string Name) x, (string Namespace, string Name) y) => x.Name == y.Name && x.Namespace == y.Namespace;

    public int GetHashCode((string Namespace, string Name) obj)
    {
        var hash = 17;
        foreach (var letter in obj.Name)
        {
            hash = unchecked((hash * 31) + letter);
        }

        return hash;
    }
}
