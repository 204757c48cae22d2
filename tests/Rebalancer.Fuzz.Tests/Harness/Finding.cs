namespace Rebalancer.Fuzz.Tests.Harness;

/// <summary>An input that a reader did not stand.</summary>
/// <param name="Kind">Equal for inputs that show the same: what was thrown, and where.</param>
internal sealed record Finding(string Kind, string What, byte[] Input)
{
    public string Text(FuzzTarget target, int seed) => $"{target.Name}, seed {seed}: {What}\n  reproducer ({Input.Length} bytes): {Convert.ToBase64String(Input)}";
}
