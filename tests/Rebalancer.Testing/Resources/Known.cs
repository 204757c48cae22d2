namespace Rebalancer.Testing.Resources;

/// <summary>The built-in resources that the server itself works with.</summary>
internal static class Known
{
    public static ResourceDescriptor Pods { get; } = Of("pods");
    public static ResourceDescriptor Nodes { get; } = Of("nodes");
    public static ResourceDescriptor Namespaces { get; } = Of("namespaces");
    public static ResourceDescriptor Services { get; } = Of("services");
    public static ResourceDescriptor ServiceAccounts { get; } = Of("serviceaccounts");
    public static ResourceDescriptor Events { get; } = Of("events");
    public static ResourceDescriptor ReplicaSets { get; } = Of("replicasets.apps");
    public static ResourceDescriptor Deployments { get; } = Of("deployments.apps");
    public static ResourceDescriptor StatefulSets { get; } = Of("statefulsets.apps");
    public static ResourceDescriptor ControllerRevisions { get; } = Of("controllerrevisions.apps");
    public static ResourceDescriptor Jobs { get; } = Of("jobs.batch");
    public static ResourceDescriptor VolumeClaims { get; } = Of("persistentvolumeclaims");
    public static ResourceDescriptor DisruptionBudgets { get; } = Of("poddisruptionbudgets.policy");
    public static ResourceDescriptor EndpointSlices { get; } = Of("endpointslices.discovery.k8s.io");
    public static ResourceDescriptor RuntimeClasses { get; } = Of("runtimeclasses.node.k8s.io");
    public static ResourceDescriptor PriorityClasses { get; } = Of("priorityclasses.scheduling.k8s.io");
    public static ResourceDescriptor MutatingWebhooks { get; } = Of("mutatingwebhookconfigurations.admissionregistration.k8s.io");
    public static ResourceDescriptor ValidatingWebhooks { get; } = Of("validatingwebhookconfigurations.admissionregistration.k8s.io");
    public static ResourceDescriptor Policies { get; } = Of("validatingadmissionpolicies.admissionregistration.k8s.io");
    public static ResourceDescriptor PolicyBindings { get; } = Of("validatingadmissionpolicybindings.admissionregistration.k8s.io");
    public static ResourceDescriptor Definitions { get; } = Of("customresourcedefinitions.apiextensions.k8s.io");

    /// <summary>What configures admission, and is never judged by it.</summary>
    public static bool IsAdmission(ResourceDescriptor resource) => resource.Group == MutatingWebhooks.Group;

    private static ResourceDescriptor Of(string qualifiedPlural) => BuiltInResources.All.First(r => r.QualifiedPlural == qualifiedPlural);
}
