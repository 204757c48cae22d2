namespace Rebalancer.Kubernetes.Mapping;

internal static class Instants
{
    /// <summary>The API's instants are in UTC, whatever kind the client library marks them with.</summary>
    public static DateTimeOffset? ToModel(DateTime? instant) => instant is { } at ? new DateTimeOffset(DateTime.SpecifyKind(at, DateTimeKind.Utc)) : null;
}
