namespace Rebalancer.Agent.Network.Addresses;

/// <summary>No address can be given or freed. <see cref="Reason"/> is one of <see cref="AddressReasons"/>, or of the API's Reasons.</summary>
internal sealed class AddressException(string reason, string message) : Exception(message)
{
    public string Reason { get; } = reason;
}

internal static class AddressReasons
{
    public const string RangeFull = "AddressRangeFull";
    public const string InvalidRange = "AddressRangeInvalid";
    public const string InvalidRequest = "AddressRequestInvalid";
    /// <summary>The record of a moving pod's address is gone, or another pod's.</summary>
    public const string AddressLost = "AddressLost";
    public const string NoAddress = "AddressMissing";
    /// <summary>The pod is the source of a move that may commit yet: its address is neither free nor handed over. To be asked again.</summary>
    public const string MoveUndecided = "MoveUndecided";
    public const string Contention = "AddressContention";
    /// <summary>An object of another IPAM is not what it should be.</summary>
    public const string RecordInvalid = "AddressRecordInvalid";
    public const string ApiUnavailable = "ApiUnavailable";
}
