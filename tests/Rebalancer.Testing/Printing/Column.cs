using System.Text.Json;

namespace Rebalancer.Testing.Printing;

/// <summary>One column of `kubectl get`.</summary>
/// <param name="Type">string, integer, number, boolean or date.</param>
/// <param name="Priority">0: always shown; 1: only with -o wide.</param>
/// <param name="Value">The cell of an object at an instant: text, a number or null.</param>
internal sealed record Column(string Name, string Type, int Priority, Func<JsonElement, DateTimeOffset, object?> Value)
{
    public string Format { get; init; } = "";

    public string Description { get; init; } = "";
}
