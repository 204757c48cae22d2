namespace Rebalancer.Testing.Operations;

/// <summary>How a write is done and by whom.</summary>
internal sealed record WriteOptions
{
    /// <summary>Do everything, webhooks included, except storing.</summary>
    public bool DryRun { get; init; }

    /// <summary>Ignore, Warn or Strict: what becomes of unknown and duplicate fields.</summary>
    public string FieldValidation { get; init; } = "Warn";

    public Caller Caller { get; init; } = Caller.Administrator;

    /// <summary>Subresource written to; empty: the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>Collects warnings for the caller.</summary>
    public List<string> Warnings { get; } = [];

    public static WriteOptions Of(string controller) => new() { Caller = Caller.Controller(controller) };
}
