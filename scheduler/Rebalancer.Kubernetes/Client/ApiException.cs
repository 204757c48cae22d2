using System.Net;

namespace Rebalancer.Kubernetes.Client;

/// <summary>The API server refused a request. <see cref="Reason"/> is the Status object's reason (NotFound, Conflict, Invalid, Expired, ...).</summary>
public sealed class ApiException(HttpStatusCode code, string reason, string message) : Exception(message)
{
    public HttpStatusCode Code { get; } = code;
    public string Reason { get; } = reason;

    public bool IsNotFound => Code == HttpStatusCode.NotFound;

    /// <summary>A resourceVersion is too old to list or watch from: list again.</summary>
    public bool IsExpired => Code == HttpStatusCode.Gone;

    /// <summary>Somebody else changed the object first: a resourceVersion or a JSON patch's <c>test</c> did not match. Read again and decide again.</summary>
    public bool IsConflict => Code == HttpStatusCode.Conflict || Code == HttpStatusCode.UnprocessableEntity;
}
