namespace Rebalancer.Testing.Patching;

/// <summary>A JSON patch that does not apply to the document; nothing was changed.</summary>
internal sealed class JsonPatchException(string message) : Exception(message);
