using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Kubernetes.Events;

/// <summary>What an Event is about.</summary>
public sealed record EventSubject(string ApiVersion, string Kind, string Namespace, string Name, string Uid)
{
    public static EventSubject Of(ApiResource resource, V1ObjectMeta meta)
        => new(resource.ApiVersion, resource.Kind, meta.NamespaceProperty ?? "", meta.Name, meta.Uid ?? "");
}

/// <summary>
/// Writes Kubernetes Events. The same news about the same object raises a count instead of making another Event.
/// Telling is best effort: an Event that cannot be written is logged and stops nothing.
/// </summary>
public sealed partial class EventRecorder(ApiClient client, string component, TimeProvider clock, ILogger<EventRecorder> logger)
{
    /// <summary>Kubernetes' limit of an Event's note.</summary>
    private const int MaxMessageLength = 1024;

    /// <summary>Cluster-scoped objects have their Events here, as in Kubernetes.</summary>
    private const string DefaultNamespace = "default";

    public async Task TellAsync(EventSubject subject, bool warning, string reason, string message, CancellationToken cancellation)
    {
        var text = message.Length > MaxMessageLength ? message[..MaxMessageLength] : message;
        var ns = subject.Namespace.Length == 0 ? DefaultNamespace : subject.Namespace;
        var name = NameOf(subject, reason, text);
        var now = clock.GetUtcNow().UtcDateTime;
        try
        {
            if (await client.GetAsync<Corev1Event>(ApiResource.Events, ns, name, cancellation) is { } known)
            {
                var patch = new Dictionary<string, object> { ["count"] = (known.Count ?? 1) + 1, ["lastTimestamp"] = now };
                await client.MergeAsync<Corev1Event>(ApiResource.Events, ns, name, patch, cancellation);
                return;
            }

            await client.CreateAsync(ApiResource.Events, ns, Create(subject, ns, name, warning, reason, text, now), cancellation);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException)
        {
            NotTold(logger, subject.Kind, subject.Namespace, subject.Name, reason, text, e.Message);
        }
    }

    private Corev1Event Create(EventSubject subject, string ns, string name, bool warning, string reason, string text, DateTime now) => new()
    {
        ApiVersion = "v1",
        Kind = "Event",
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = ns },
        InvolvedObject = new V1ObjectReference
        {
            ApiVersion = subject.ApiVersion,
            Kind = subject.Kind,
            NamespaceProperty = subject.Namespace.Length == 0 ? null : subject.Namespace,
            Name = subject.Name,
            Uid = subject.Uid,
        },
        Type = warning ? "Warning" : "Normal",
        Reason = reason,
        Message = text,
        Source = new V1EventSource { Component = component },
        ReportingComponent = component,
        FirstTimestamp = now,
        LastTimestamp = now,
        Count = 1,
    };

    /// <summary>The same news has the same name, so that a restarted controller does not repeat itself.</summary>
    private static string NameOf(EventSubject subject, string reason, string message)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{subject.Kind}\n{subject.Uid}\n{reason}\n{message}")));
        var prefix = subject.Name.Length > 200 ? subject.Name[..200] : subject.Name;
        return prefix + "." + Convert.ToHexStringLower(digest.AsSpan(0, 8));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Event about {Kind} {Namespace}/{Name} not written: {Reason}: {Text} ({Cause})")]
    private static partial void NotTold(ILogger logger, string kind, string @namespace, string name, string reason, string text, string cause);
}
