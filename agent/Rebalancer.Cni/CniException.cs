namespace Rebalancer.Cni;

/// <summary>The call fails with a CNI error object.</summary>
internal sealed class CniException(uint code, string message, string details = "") : Exception(message)
{
    public uint Code { get; } = code;
    public string Details { get; } = details;
}

/// <summary>Error codes of the CNI specification 1.1.0, section 4; from 100 on the plugin's own.</summary>
internal static class CniErrors
{
    public const uint IncompatibleVersion = 1;
    public const uint InvalidEnvironment = 4;
    public const uint InputOutput = 5;
    public const uint DecodingFailure = 6;
    public const uint InvalidNetworkConfig = 7;
    public const uint TryAgainLater = 11;
    /// <summary>STATUS: an ADD would fail now.</summary>
    public const uint NotAvailable = 50;
    /// <summary>The agent refused; its reason stands in front of the message.</summary>
    public const uint Refused = 100;
}
