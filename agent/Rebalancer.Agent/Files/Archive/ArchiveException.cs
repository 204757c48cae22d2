namespace Rebalancer.Agent.Files.Archive;

/// <summary>An archive holds what none of ours does: its sender is not to be trusted.</summary>
internal sealed class ArchiveException(string message) : Exception(message);
