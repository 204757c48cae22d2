namespace Rebalancer.Testing.Operations;

/// <summary>How a write is done and by whom.</summary>
internal sealed record WriteOptions
{
    /// <summary>Do everything, webhooks included, except storing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Ignore, Warn or Strict: what becomes of unknown and duplicate fields.</summary>
    public string FieldValidation { get; init; } = "Warn";

    /// <summary>Name of the caller, as webhooks see it.</summary>
    public string User { get; init; } = "system:admin";

    /// <summary>Subresource written to; empty: the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>Collects warnings for the caller.</summary>
    public List<string> Warnings { get; } = [];

    public static WriteOptions Of(string controller) => new() { User = $"system:serviceaccount:kube-system:{controller}" };
}
