using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Kubernetes.Client;

/// <summary>One resource of the API server: where its objects live.</summary>
public sealed record ApiResource(string Group, string Version, string Plural, string Kind, bool Namespaced)
{
    public static readonly ApiResource Pods = new("", "v1", "pods", "Pod", true);
    public static readonly ApiResource Nodes = new("", "v1", "nodes", "Node", false);
    public static readonly ApiResource Services = new("", "v1", "services", "Service", true);
    public static readonly ApiResource Events = new("", "v1", "events", "Event", true);
    public static readonly ApiResource ReplicaSets = new("apps", "v1", "replicasets", "ReplicaSet", true);
    public static readonly ApiResource StatefulSets = new("apps", "v1", "statefulsets", "StatefulSet", true);
    public static readonly ApiResource Deployments = new("apps", "v1", "deployments", "Deployment", true);
    public static readonly ApiResource DaemonSets = new("apps", "v1", "daemonsets", "DaemonSet", true);
    public static readonly ApiResource Jobs = new("batch", "v1", "jobs", "Job", true);
    public static readonly ApiResource EndpointSlices = new("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true);
    public static readonly ApiResource PodDisruptionBudgets = new("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true);
    public static readonly ApiResource Leases = new("coordination.k8s.io", "v1", "leases", V1Lease.KubeKind, true);
    public static readonly ApiResource RuntimeClasses = new("node.k8s.io", "v1", "runtimeclasses", "RuntimeClass", false);
    public static readonly ApiResource MutatingWebhooks =
        new("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", V1MutatingWebhookConfiguration.KubeKind, false);
    public static readonly ApiResource ValidatingWebhooks =
        new("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", V1ValidatingWebhookConfiguration.KubeKind, false);
    public static readonly ApiResource Secrets = new("", "v1", "secrets", "Secret", true);
    public static readonly ApiResource ConfigMaps = new("", "v1", "configmaps", "ConfigMap", true);
    public static readonly ApiResource CertificateRequests = new("certificates.k8s.io", "v1", "certificatesigningrequests", "CertificateSigningRequest", false);
    public static readonly ApiResource Namespaces = new("", "v1", "namespaces", "Namespace", false);
    public static readonly ApiResource PersistentVolumes = new("", "v1", "persistentvolumes", "PersistentVolume", false);
    public static readonly ApiResource PersistentVolumeClaims = new("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true);
    public static readonly ApiResource StorageClasses = new("storage.k8s.io", "v1", "storageclasses", "StorageClass", false);
    public static readonly ApiResource CsiNodes = new("storage.k8s.io", "v1", "csinodes", "CSINode", false);
    public static readonly ApiResource PriorityClasses = new("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", false);
    public static readonly ApiResource NodeClaims = new("karpenter.sh", "v1", "nodeclaims", "NodeClaim", false);
    public static readonly ApiResource Migrations = new(Names.Group, Names.Version, Migration.MigrationPlural, Migration.MigrationKind, true);
    public static readonly ApiResource RebalancePolicies = new(Names.Group, Names.Version, RebalancePolicy.RebalancePolicyPlural, RebalancePolicy.RebalancePolicyKind, false);
    public static readonly ApiResource RebalancePlans = new(Names.Group, Names.Version, RebalancePlan.RebalancePlanPlural, RebalancePlan.RebalancePlanKind, false);
    public static readonly ApiResource PodAddresses = new(Names.Group, Names.Version, PodAddress.PodAddressPlural, PodAddress.PodAddressKind, false);

    public string ApiVersion => Group.Length == 0 ? Version : Group + "/" + Version;

    /// <summary>Path below the server's address, without a leading slash. An empty namespace of a namespaced resource means all namespaces.</summary>
    public string Path(string? ns = null, string? name = null, string? subresource = null)
    {
        var path = Group.Length == 0 ? $"api/{Version}" : $"apis/{Group}/{Version}";
        if (Namespaced && !string.IsNullOrEmpty(ns))
        {
            path += $"/namespaces/{Uri.EscapeDataString(ns)}";
        }

        path += "/" + Plural;
        if (!string.IsNullOrEmpty(name))
        {
            path += "/" + Uri.EscapeDataString(name);
        }

        return string.IsNullOrEmpty(subresource) ? path : path + "/" + subresource;
    }
}
