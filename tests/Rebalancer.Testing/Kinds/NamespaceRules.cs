using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Kinds;

/// <summary>A namespace carries its name as a label and stays until it is empty.</summary>
internal static class NamespaceRules
{
    public static void Default(JsonObject ns)
    {
        if (ns.Text("metadata", "name") is { } name)
        {
            ns.Metadata().Child("labels")["kubernetes.io/metadata.name"] = name;
        }
    }

    public static void Begin(JsonObject ns)
    {
        ns.Child("spec")["finalizers"] = new JsonArray("kubernetes");
        ns["status"] = new JsonObject { ["phase"] = "Active" };
    }
}
