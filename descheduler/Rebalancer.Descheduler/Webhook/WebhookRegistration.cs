using k8s.Models;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Rebalancer.Descheduler.Cluster;
using Rebalancer.Descheduler.Evictions;
using Rebalancer.Kubernetes.Certificates;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Webhook;

/// <summary>Tells the API server where the claim webhook is, once it listens and the local copies are complete.</summary>
internal sealed partial class WebhookRegistration(
    ApiClient client, ClusterCache cache, ClusterAuthority authority, DeschedulerOptions options, IServer server, IHostApplicationLifetime lifetime, ILogger<WebhookRegistration> logger)
    : BackgroundService
{
    public const string ConfigurationName = "rebalancer-claim";
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await cache.Synced.WaitAsync(stoppingToken);
        await WaitForListenerAsync(stoppingToken);
        await WebhookWarmUp.RunAsync(ListenUrl(), authority, stoppingToken);
        while (true)
        {
            try
            {
                await RegisterAsync(stoppingToken);
                return;
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException)
            {
                NotRegistered(logger, ConfigurationName, e.Message);
                await Task.Delay(RetryAfter, stoppingToken);
            }
        }
    }

    private async Task WaitForListenerAsync(CancellationToken cancellation)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        await started.Task.WaitAsync(cancellation);
    }

    private async Task RegisterAsync(CancellationToken cancellation)
    {
        var wanted = Configuration(Url());
        if (await client.GetAsync<V1MutatingWebhookConfiguration>(ApiResource.MutatingWebhooks, null, ConfigurationName, cancellation) is { } known)
        {
            wanted.Metadata.ResourceVersion = known.Metadata.ResourceVersion;
            await client.ReplaceAsync(ApiResource.MutatingWebhooks, null, ConfigurationName, wanted, cancellation);
        }
        else
        {
            await client.CreateAsync(ApiResource.MutatingWebhooks, null, wanted, cancellation);
        }

        Registered(logger, ConfigurationName, wanted.Webhooks[0].ClientConfig.Url);
        await RegisterEvictionAsync(cancellation);
    }

    private async Task RegisterEvictionAsync(CancellationToken cancellation)
    {
        var url = new UriBuilder(Url()) { Path = EvictionEndpoint.Path }.Uri.ToString();
        var wanted = EvictionWebhook.Configuration(new Admissionregistrationv1WebhookClientConfig { Url = url, CaBundle = System.Text.Encoding.ASCII.GetBytes(authority.CertificatePem) });
        if (await client.GetAsync<V1ValidatingWebhookConfiguration>(ApiResource.ValidatingWebhooks, null, EvictionWebhook.ConfigurationName, cancellation) is { } known)
        {
            wanted.Metadata.ResourceVersion = known.Metadata.ResourceVersion;
            await client.ReplaceAsync(ApiResource.ValidatingWebhooks, null, EvictionWebhook.ConfigurationName, wanted, cancellation);
        }
        else
        {
            await client.CreateAsync(ApiResource.ValidatingWebhooks, null, wanted, cancellation);
        }

        Registered(logger, EvictionWebhook.ConfigurationName, url);
    }

    private string Url() => (options.WebhookUrl ?? ListenUrl()).ToString();

    private Uri ListenUrl() => new(server.Features.Get<IServerAddressesFeature>()!.Addresses.First() + ClaimEndpoint.Path);

    /// <summary>Fails open: a replacement that was not claimed is a normal replica, and the move times out.</summary>
    private V1MutatingWebhookConfiguration Configuration(string url) => new()
    {
        ApiVersion = "admissionregistration.k8s.io/v1",
        Kind = V1MutatingWebhookConfiguration.KubeKind,
        Metadata = new V1ObjectMeta { Name = ConfigurationName },
        Webhooks =
        [
            new V1MutatingWebhook
            {
                Name = "claim.rebalancer.dev",
                AdmissionReviewVersions = ["v1"],
                ClientConfig = new Admissionregistrationv1WebhookClientConfig { Url = url, CaBundle = System.Text.Encoding.ASCII.GetBytes(authority.CertificatePem) },
                Rules = [new V1RuleWithOperations { ApiGroups = [""], ApiVersions = ["v1"], Resources = ["pods"], Operations = ["CREATE"], Scope = "Namespaced" }],
                MatchConditions =
                [
                    new V1MatchCondition
                    {
                        Name = "replicas-and-claims",
                        Expression = "(has(object.metadata.ownerReferences) && object.metadata.ownerReferences.exists(r, r.kind in ['ReplicaSet', 'Job', 'StatefulSet']))"
                            + " || (has(object.metadata.annotations) && 'rebalancer.dev/claim' in object.metadata.annotations)",
                    },
                ],
                TimeoutSeconds = 2,
                FailurePolicy = "Ignore",
                ReinvocationPolicy = "Never",
                SideEffects = "NoneOnDryRun",
                MatchPolicy = "Equivalent",
            },
        ],
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "Webhook configuration {Name} points to {Url}")]
    private static partial void Registered(ILogger logger, string name, string url);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhook configuration {Name} not written, trying again: {Cause}")]
    private static partial void NotRegistered(ILogger logger, string name, string cause);
}
