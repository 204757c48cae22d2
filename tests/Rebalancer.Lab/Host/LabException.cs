namespace Rebalancer.Lab.Host;

/// <summary>The lab cannot do what was asked; the message says what is missing and what to do.</summary>
public sealed class LabException(string message, Exception? inner = null) : Exception(message, inner);
