namespace Rebalancer.Cni.Protocol;

/// <summary>Versions of the CNI specification that the plugin speaks.</summary>
internal static class CniVersions
{
    public const string Newest = "1.1.0";
    public static readonly IReadOnlyList<string> Supported = ["0.3.0", "0.3.1", "0.4.0", "1.0.0", Newest];

    /// <summary>Before 1.0 each address of a result names its IP version.</summary>
    public static bool NamesAddressVersion(string version) => version.StartsWith("0.", StringComparison.Ordinal);
}
