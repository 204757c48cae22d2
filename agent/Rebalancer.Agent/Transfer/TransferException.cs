using Rebalancer.Agent.Preflight;

namespace Rebalancer.Agent.Transfer;

/// <summary>A stream broke a rule: the peer is not to be trusted with this move any more, nor are the names in the message that it has chosen.</summary>
internal sealed class TransferException(string message) : Exception(MoveException.Plain(message));
