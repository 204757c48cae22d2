using Rebalancer.Testing.Printing;

namespace Rebalancer.Testing.Resources;

/// <summary>The built-in resources served. A new one is a line here.</summary>
internal static class BuiltInResources
{
    [Flags]
    private enum Has
    {
        Nothing = 0,
        Status = 1,
        Scale = 2,
        Generation = 4,
        StatusWithMetadata = 8 | Status,
    }

    private static readonly ResourceDescriptor CoreEvents = Namespaced("", "v1", "Event", "events", "ev", fields:
    [
        "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion",
        "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type",
    ]);

    public static IReadOnlyList<ResourceDescriptor> All { get; } =
    [
        Namespaced("", "v1", "Pod", "pods", "po", Has.StatusWithMetadata | Has.Generation, category: "all",
            fields: ["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName"]),
        Namespaced("", "v1", "Service", "services", "svc", Has.Status, category: "all", fields: ["spec.clusterIP", "spec.type"]),
        Namespaced("", "v1", "Endpoints", "endpoints", "ep") with { ListKind = "EndpointsList" },
        CoreEvents,
        Namespaced("", "v1", "ConfigMap", "configmaps", "cm"),
        Namespaced("", "v1", "Secret", "secrets", fields: ["type"]),
        Namespaced("", "v1", "ServiceAccount", "serviceaccounts", "sa"),
        Namespaced("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", "pvc", Has.Status),
        Namespaced("", "v1", "ReplicationController", "replicationcontrollers", "rc", Has.Status | Has.Scale | Has.Generation, category: "all"),
        Namespaced("", "v1", "LimitRange", "limitranges", "limits"),
        Namespaced("", "v1", "ResourceQuota", "resourcequotas", "quota", Has.Status),
        Cluster("", "v1", "Namespace", "namespaces", "ns", Has.Status, fields: ["status.phase"]),
        Cluster("", "v1", "Node", "nodes", "no", Has.StatusWithMetadata, fields: ["spec.unschedulable"]),
        Cluster("", "v1", "PersistentVolume", "persistentvolumes", "pv", Has.Status),
        Namespaced("apps", "v1", "ReplicaSet", "replicasets", "rs", Has.Status | Has.Scale | Has.Generation, category: "all", fields: ["status.replicas"]),
        Namespaced("apps", "v1", "Deployment", "deployments", "deploy", Has.Status | Has.Scale | Has.Generation, category: "all"),
        Namespaced("apps", "v1", "StatefulSet", "statefulsets", "sts", Has.Status | Has.Scale | Has.Generation, category: "all"),
        Namespaced("apps", "v1", "DaemonSet", "daemonsets", "ds", Has.Status | Has.Generation, category: "all"),
        Namespaced("apps", "v1", "ControllerRevision", "controllerrevisions"),
        Namespaced("batch", "v1", "Job", "jobs", "", Has.Status | Has.Generation, category: "all", fields: ["status.successful"]),
        Namespaced("batch", "v1", "CronJob", "cronjobs", "cj", Has.Status | Has.Generation, category: "all"),
        Namespaced("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", "pdb", Has.Status | Has.Generation),
        Namespaced("coordination.k8s.io", "v1", "Lease", "leases"),
        Namespaced("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", "", Has.Generation),
        Namespaced("events.k8s.io", "v1", "Event", "events", "ev", fields: ["regarding.kind", "regarding.namespace", "regarding.name", "regarding.uid", "reason", "reportingController", "type"]) with { StoredAs = CoreEvents },
        Cluster("node.k8s.io", "v1", "RuntimeClass", "runtimeclasses"),
        Cluster("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", "pc", Has.Generation) with { ListKind = "PriorityClassList" },
        Cluster("storage.k8s.io", "v1", "StorageClass", "storageclasses", "sc"),
        Cluster("storage.k8s.io", "v1", "CSINode", "csinodes"),
        Cluster("storage.k8s.io", "v1", "CSIDriver", "csidrivers"),
        Cluster("storage.k8s.io", "v1", "VolumeAttachment", "volumeattachments", "", Has.Status),
        Cluster("admissionregistration.k8s.io", "v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", "", Has.Generation),
        Cluster("admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", "", Has.Generation),
        Cluster("admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", "", Has.Status | Has.Generation) with { ListKind = "ValidatingAdmissionPolicyList" },
        Cluster("admissionregistration.k8s.io", "v1", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", "", Has.Generation),
        Cluster("certificates.k8s.io", "v1", "CertificateSigningRequest", "certificatesigningrequests", "csr", Has.Status, fields: ["spec.signerName"]),
        Cluster("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", "crd,crds", Has.Status | Has.Generation),
        Namespaced("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", "netpol", Has.Generation),
        Namespaced("rbac.authorization.k8s.io", "v1", "Role", "roles"),
        Namespaced("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings"),
        Cluster("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles"),
        Cluster("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings"),
    ];

    private static ResourceDescriptor Namespaced(
        string group, string version, string kind, string plural, string shortNames = "", Has has = Has.Nothing, string category = "", string[]? fields = null) => new()
    {
        Group = group,
        Version = version,
        Kind = kind,
        Plural = plural,
        Singular = kind.ToLowerInvariant(),
        ShortNames = shortNames.Split(',', StringSplitOptions.RemoveEmptyEntries),
        Categories = category.Split(',', StringSplitOptions.RemoveEmptyEntries),
        HasStatus = has.HasFlag(Has.Status),
        HasScale = has.HasFlag(Has.Scale),
        TracksGeneration = has.HasFlag(Has.Generation),
        StatusCarriesMetadata = has.HasFlag(Has.StatusWithMetadata),
        SelectableFields = fields ?? [],
        Columns = BuiltInColumns.Of(group, plural),
    };

    private static ResourceDescriptor Cluster(
        string group, string version, string kind, string plural, string shortNames = "", Has has = Has.Nothing, string[]? fields = null) =>
        Namespaced(group, version, kind, plural, shortNames, has, "", fields) with { Namespaced = false };
}
