namespace Rebalancer.Testing.Patching;

/// <summary>
/// Which lists of the built-in types a strategic merge patch merges, and by which key; all other lists are replaced whole
/// (taints and tolerations too). Source: x-kubernetes-patch-merge-key and x-kubernetes-patch-strategy of the Kubernetes 1.36 OpenAPI specification.
/// </summary>
internal static class MergeKeys
{
    private static readonly Dictionary<string, string> Keys = new()
    {
        ["addresses"] = "type",
        ["allocatedResourcesStatus"] = "name",
        ["conditions"] = "type",
        ["containers"] = "name",
        ["drivers"] = "name",
        ["env"] = "name",
        ["ephemeralContainers"] = "name",
        ["hostAliases"] = "ip",
        ["hostIPs"] = "ip",
        ["imagePullSecrets"] = "name",
        ["initContainers"] = "name",
        ["matchConditions"] = "name",
        ["ownerReferences"] = "uid",
        ["podIPs"] = "ip",
        ["reservedFor"] = "uid",
        ["resourceClaimStatuses"] = "name",
        ["resourceClaims"] = "name",
        ["schedulingGates"] = "name",
        ["secrets"] = "name",
        ["topologySpreadConstraints"] = "topologyKey",
        ["volumeDevices"] = "devicePath",
        ["volumeMounts"] = "mountPath",
        ["volumes"] = "name",
        ["webhooks"] = "name",
    };

    /// <summary>Lists of plain values that are merged as sets.</summary>
    public static bool IsSet(string field) => field is "finalizers" or "podCIDRs";

    /// <summary>The merge key of a list of objects; null when the list is replaced whole.</summary>
    /// <param name="parent">Name of the list that the holder of the field is an item of, or of the holder itself.</param>
    public static string? Of(string field, string parent, string kind) => field switch
    {
        "ports" => parent.EndsWith("ontainers", StringComparison.Ordinal) ? "containerPort" : kind == "Service" ? "port" : null,
        // A StorageClass's or an Endpoints' list of that name is not merged; only a node's is.
        "addresses" => kind == "Node" ? "type" : null,
        "secrets" => kind == "ServiceAccount" ? "name" : null,
        _ => Keys.GetValueOrDefault(field),
    };
}
