namespace Rebalancer.Testing.Rules;

/// <summary>A rule could not be evaluated for this object; the write is refused.</summary>
internal sealed class RuleException(string message) : Exception(message);
