using k8s.Models;

namespace Rebalancer.Descheduler.Evictions;

/// <summary>How the API server is told to ask before it evicts a pod.</summary>
internal static class EvictionWebhook
{
    public const string ConfigurationName = "rebalancer-eviction";

    /// <summary>Fails open: an eviction that nobody answers is an eviction.</summary>
    public static V1ValidatingWebhookConfiguration Configuration(Admissionregistrationv1WebhookClientConfig client) => new()
    {
        ApiVersion = "admissionregistration.k8s.io/v1",
        Kind = V1ValidatingWebhookConfiguration.KubeKind,
        Metadata = new V1ObjectMeta { Name = ConfigurationName },
        Webhooks =
        [
            new V1ValidatingWebhook
            {
                Name = "evict.rebalancer.dev",
                AdmissionReviewVersions = ["v1"],
                ClientConfig = client,
                Rules = [new V1RuleWithOperations { ApiGroups = [""], ApiVersions = ["v1"], Resources = ["pods/eviction"], Operations = ["CREATE"], Scope = "Namespaced" }],
                TimeoutSeconds = 5,
                FailurePolicy = "Ignore",
                SideEffects = "NoneOnDryRun",
                MatchPolicy = "Equivalent",
            },
        ],
    };
}
