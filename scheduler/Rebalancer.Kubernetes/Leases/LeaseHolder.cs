using System.Globalization;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Kubernetes.Leases;

/// <summary>
/// One of several replicas holds a Lease. Whether it is held is told from the clock, never from the last answer: a process that cannot reach the API server
/// loses it by itself, before anybody else may take it. The age of another's Lease is measured here, by how long it has not changed, so that clocks may differ.
/// </summary>
public sealed partial class LeaseHolder(ApiClient client, LeaseOptions options, TimeProvider clock, ILogger<LeaseHolder> logger)
{
    private long heldUntilTicks;
    private (string? Version, long At) seen;

    /// <summary>How often the Lease has changed hands, as of the last time that it was ours.</summary>
    public long Transitions { get; private set; }

    /// <summary>Until when it is held without being renewed.</summary>
    public DateTimeOffset HeldUntil => new(Interlocked.Read(ref heldUntilTicks), TimeSpan.Zero);

    public bool IsHeld => clock.GetUtcNow().UtcTicks < Interlocked.Read(ref heldUntilTicks);

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await TryAsync(cancellation);
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException)
            {
                Failed(logger, options.Namespace, options.Name, e.Message);
            }

            await Task.Delay(options.Retry, clock, cancellation);
        }
    }

    /// <summary>Takes or renews the Lease, if it is ours, nobody's or abandoned.</summary>
    public async Task TryAsync(CancellationToken cancellation)
    {
        var wasHeld = IsHeld;
        var began = clock.GetUtcNow();
        var lease = await client.GetAsync<V1Lease>(ApiResource.Leases, options.Namespace, options.Name, cancellation);
        if (lease is not null && lease.Spec?.HolderIdentity is { Length: > 0 } holder && holder != options.Identity && !IsAbandoned(lease))
        {
            return;
        }

        try
        {
            await WriteAsync(lease, began, cancellation);
        }
        catch (ApiException e) when (e.IsConflict)
        {
            // Another replica was faster.
            return;
        }

        Interlocked.Exchange(ref heldUntilTicks, (began + options.Duration - options.Margin).UtcTicks);
        if (!wasHeld)
        {
            Taken(logger, options.Identity, options.Namespace, options.Name);
        }
    }

    /// <summary>So that the next one need not wait for it to run out. Whatever goes wrong, it runs out.</summary>
    public async Task ReleaseAsync(CancellationToken cancellation)
    {
        if (!IsHeld)
        {
            return;
        }

        Interlocked.Exchange(ref heldUntilTicks, 0);
        try
        {
            if (await client.GetAsync<V1Lease>(ApiResource.Leases, options.Namespace, options.Name, cancellation) is { } lease && lease.Spec?.HolderIdentity == options.Identity)
            {
                var metadata = new Dictionary<string, object> { ["resourceVersion"] = lease.Metadata.ResourceVersion };
                var body = new Dictionary<string, object> { ["metadata"] = metadata, ["spec"] = new Dictionary<string, object> { ["holderIdentity"] = "" } };
                await client.MergeAsync<V1Lease>(ApiResource.Leases, options.Namespace, options.Name, body, cancellation);
            }
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException or OperationCanceledException)
        {
            Failed(logger, options.Namespace, options.Name, e.Message);
        }
    }

    private bool IsAbandoned(V1Lease lease)
    {
        var now = clock.GetTimestamp();
        if (seen.Version != lease.Metadata.ResourceVersion)
        {
            seen = (lease.Metadata.ResourceVersion, now);
        }

        return clock.GetElapsedTime(seen.At, now) > options.Duration;
    }

    private Task WriteAsync(V1Lease? lease, DateTimeOffset now, CancellationToken cancellation)
    {
        var isOurs = lease?.Spec?.HolderIdentity == options.Identity;
        var spec = new Dictionary<string, object>
        {
            ["holderIdentity"] = options.Identity,
            ["leaseDurationSeconds"] = (int)options.Duration.TotalSeconds,
            ["renewTime"] = MicroTime(now),
            ["leaseTransitions"] = Transitions = (lease?.Spec?.LeaseTransitions ?? 0) + (lease is null || isOurs ? 0 : 1),
        };
        if (!isOurs)
        {
            spec["acquireTime"] = MicroTime(now);
        }

        var body = new Dictionary<string, object>
        {
            ["apiVersion"] = ApiResource.Leases.ApiVersion,
            ["kind"] = ApiResource.Leases.Kind,
            ["metadata"] = new Dictionary<string, object> { ["name"] = options.Name, ["namespace"] = options.Namespace },
            ["spec"] = spec,
        };
        if (lease is null)
        {
            return client.CreateAsync(ApiResource.Leases, options.Namespace, body, cancellation);
        }

        // With the version that was read, it is a compare-and-set.
        body["metadata"] = new Dictionary<string, object> { ["resourceVersion"] = lease.Metadata.ResourceVersion };
        return client.MergeAsync<V1Lease>(ApiResource.Leases, options.Namespace, options.Name, body, cancellation);
    }

    /// <summary>The API reads six digits of a second and no fewer; the client library leaves them out where they are zero.</summary>
    private static string MicroTime(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Identity} holds Lease {Namespace}/{Name}")]
    private static partial void Taken(ILogger logger, string identity, string @namespace, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lease {Namespace}/{Name} could not be taken, renewed or released: {Cause}")]
    private static partial void Failed(ILogger logger, string @namespace, string name, string cause);
}
