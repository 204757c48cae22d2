namespace Rebalancer.Lab.Clients;

/// <summary>A server answered something else than the client must get; the message says what and what was expected.</summary>
internal sealed class WrongReplyException(string message) : Exception(message);
