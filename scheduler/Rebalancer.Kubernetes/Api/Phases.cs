namespace Rebalancer.Kubernetes.Api;

/// <summary>Values of <see cref="MigrationStatus.Phase"/>. Derived by the controller; <see cref="MigrationStatus.Decision"/> is what counts.</summary>
public static class Phases
{
    public const string Pending = "Pending";
    public const string Preflight = "Preflight";
    public const string PreCopying = "PreCopying";
    public const string Preparing = "Preparing";
    public const string Freezing = "Freezing";
    public const string Restoring = "Restoring";
    public const string Committed = "Committed";
    public const string Succeeded = "Succeeded";
    public const string Aborting = "Aborting";
    public const string RolledBack = "RolledBack";
    public const string Failed = "Failed";

    public static bool IsFinal(string? phase) => phase is Succeeded or RolledBack or Failed;
}
