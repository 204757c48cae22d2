namespace Rebalancer.Agent.Files.Trees;

internal enum AttributeRule
{
    Carried,
    /// <summary>Of no meaning on another node, or made again there.</summary>
    Dropped,
    /// <summary>The file would not be the same without it, and cannot be carried with it.</summary>
    Unsupported,
}

/// <summary>Which extended attributes travel. Pure; one list for both ends, so that the target sets none that the source would not send.</summary>
internal static class AttributeRules
{
    private const string Overlay = "trusted.overlay.";

    public static AttributeRule Of(string attribute, TreeKind tree) => attribute switch
    {
        "security.capability" or "system.posix_acl_access" or "system.posix_acl_default" => AttributeRule.Carried,
        Overlay + "opaque" or Overlay + "whiteout" => tree == TreeKind.Layer ? AttributeRule.Carried : AttributeRule.Unsupported,
        // File handles and counters of the source's own disk: overlay works without them.
        Overlay + "origin" or Overlay + "impure" or Overlay + "nlink" or Overlay + "uuid" => AttributeRule.Dropped,
        // A redirected folder and a file without its data point into the lower layers.
        _ when attribute.StartsWith("trusted.", StringComparison.Ordinal) || attribute.StartsWith("user.overlay.", StringComparison.Ordinal) => AttributeRule.Unsupported,
        _ when attribute.StartsWith("user.", StringComparison.Ordinal) => AttributeRule.Carried,
        // Labels of security modules are given by the target's own policy.
        _ => AttributeRule.Dropped,
    };
}
