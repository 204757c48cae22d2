namespace Rebalancer.Agent.Host;

/// <summary>The node is as it was before; the message names what was tried and what came of it.</summary>
internal sealed class InstallException(string message) : Exception(message);
