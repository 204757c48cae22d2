using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Rebalancer.Descheduler.Certificates;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Webhook;

/// <summary>
/// Tells the API server where the webhooks are and whose certificates to trust, once we listen and the local copies are complete, and again whenever that
/// changes. With a URL (--webhook-url, or the listener's own address) the configurations are ours; without one the manifests have made them and name the
/// Service, and only the certificates are ours.
/// </summary>
internal sealed partial class WebhookRegistration(
    ApiClient client, ClusterCache cache, WebhookCertificates certificates, IEnumerable<WebhookDefinition> definitions, DeschedulerOptions options, IServer server,
    IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<WebhookRegistration> logger)
    : BackgroundService
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1), Interval = TimeSpan.FromSeconds(10);
    private readonly TaskCompletionSource answers = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when we have answered ourselves.</summary>
    public Task Answers => answers.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await cache.Synced.WaitAsync(stoppingToken);
        await certificates.Ready.WaitAsync(stoppingToken);
        await WaitForListenerAsync(stoppingToken);
        await WebhookWarmUp.RunAsync(new Uri(ListenUrl(), certificates.PathOf(ClaimEndpoint.Path)), certificates, stoppingToken);
        answers.TrySetResult();
        while (true)
        {
            var isWritten = true;
            foreach (var definition in definitions) { isWritten &= await TryWriteAsync(definition, stoppingToken); }

            await Task.Delay(isWritten ? Interval : Retry, clock, stoppingToken);
        }
    }

    private async Task WaitForListenerAsync(CancellationToken cancellation)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        await started.Task.WaitAsync(cancellation);
    }

    private async Task<bool> TryWriteAsync(WebhookDefinition definition, CancellationToken cancellation)
    {
        try
        {
            return await WriteAsync(definition, cancellation);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException)
        {
            NotWritten(logger, definition.Resource.Kind, definition.Name, e.Message);
            return false;
        }
    }

    private async Task<bool> WriteAsync(WebhookDefinition definition, CancellationToken cancellation)
    {
        var url = options.WebhookUrl ?? (options.ListensEverywhere ? null : ListenUrl());
        var known = await client.GetAsync<JsonObject>(definition.Resource, null, definition.Name, cancellation);
        if (known is null && url is null)
        {
            NotWritten(logger, definition.Resource.Kind, definition.Name, "the manifests that make it are not applied, and there is no --webhook-url");
            return false;
        }

        var wanted = known ?? New(definition);
        if (url is not null) { wanted["webhooks"] = Merged(definition, known); }
        if (!ClientConfigs.Apply(wanted, url, certificates.PathOf(definition.Path), certificates.TrustPem)) { return true; }
        _ = known is null
            ? await client.CreateAsync(definition.Resource, null, wanted, cancellation)
            : await client.ReplaceAsync(definition.Resource, null, definition.Name, wanted, cancellation);
        Written(logger, definition.Resource.Kind, definition.Name, url?.ToString() ?? $"Service {options.Namespace}/{DeschedulerOptions.WebhookService}");
        return true;
    }

    /// <summary>Another version's rules are replaced; the same ones are kept with their clientConfig, so that nothing is written when nothing changes.</summary>
    private static JsonArray Merged(WebhookDefinition definition, JsonObject? known)
    {
        var webhooks = definition.Webhooks();
        var before = known?["webhooks"]?.AsArray() ?? [];
        for (var i = 0; i < webhooks.Count && i < before.Count; i++) { webhooks[i]!["clientConfig"] = before[i]?["clientConfig"]?.DeepClone(); }
        return webhooks;
    }

    private static JsonObject New(WebhookDefinition definition) => new()
    {
        ["apiVersion"] = definition.Resource.ApiVersion,
        ["kind"] = definition.Resource.Kind,
        ["metadata"] = new JsonObject { ["name"] = definition.Name },
    };

    /// <summary>As we reach it ourselves: a listener on every address is on this machine's own, too.</summary>
    private Uri ListenUrl()
    {
        var url = new UriBuilder(server.Features.Get<IServerAddressesFeature>()!.Addresses.First(address => address.StartsWith("https:", StringComparison.Ordinal)));
        if (options.ListensEverywhere) { url.Host = "localhost"; }
        return url.Uri;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Kind} {Name} points to {Target}")]
    private static partial void Written(ILogger logger, string kind, string name, string target);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} {Name} not written, trying again: {Cause}")]
    private static partial void NotWritten(ILogger logger, string kind, string name, string cause);
}
