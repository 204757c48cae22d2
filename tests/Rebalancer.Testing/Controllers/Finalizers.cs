using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers;

/// <summary>What keeps a deleted object in the store.</summary>
internal static class Finalizers
{
    public static bool Has(StoredObject o, string finalizer) => o.Root.Items("metadata", "finalizers").Any(f => f.GetString() == finalizer);

    public static void Add(JsonObject o, string finalizer)
    {
        var finalizers = o.Metadata().List("finalizers");
        if (!finalizers.Any(f => f?.GetValue<string>() == finalizer))
        {
            finalizers.Add(finalizer);
        }
    }

    public static void Remove(JsonObject o, string finalizer) => o.Metadata().List("finalizers").RemoveAll(f => f?.GetValue<string>() == finalizer);
}
