namespace Rebalancer.Agent.Transfer;

/// <summary>A stream broke a rule: the peer is not to be trusted with this move any more.</summary>
internal sealed class TransferException(string message) : Exception(message);
