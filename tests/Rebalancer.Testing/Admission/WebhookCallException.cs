namespace Rebalancer.Testing.Admission;

/// <summary>A webhook could not be asked or did not answer sensibly; its failure policy decides what follows.</summary>
internal sealed class WebhookCallException(string message, Exception? inner = null) : Exception(message, inner);
