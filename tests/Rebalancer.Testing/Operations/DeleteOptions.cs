using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Operations;

/// <summary>What a delete asks for.</summary>
internal sealed record DeleteOptions
{
    public long? GracePeriodSeconds { get; init; }

    /// <summary>Background (default), Foreground or Orphan.</summary>
    public string? PropagationPolicy { get; init; }

    /// <summary>Precondition.</summary>
    public string? Uid { get; init; }

    /// <summary>Precondition.</summary>
    public string? ResourceVersion { get; init; }

    public static DeleteOptions Parse(JsonObject? body) => new()
    {
        GracePeriodSeconds = body.Number("gracePeriodSeconds"),
        PropagationPolicy = body.Text("propagationPolicy") ?? (body.Flag("orphanDependents") ? "Orphan" : null),
        Uid = body.Text("preconditions", "uid"),
        ResourceVersion = body.Text("preconditions", "resourceVersion"),
    };
}

/// <param name="Object">The removed object, or the object as marked.</param>
internal sealed record DeleteOutcome(StoredObject Object, bool Removed);
