using System.Text.Json;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Printing;

/// <summary>An object's metadata alone, as meta.k8s.io/v1 PartialObjectMetadata.</summary>
internal static class PartialMetadata
{
    public static void Write(Utf8JsonWriter writer, StoredObject o)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", "PartialObjectMetadata");
        writer.WriteString("apiVersion", "meta.k8s.io/v1");
        writer.WritePropertyName("metadata");
        o.Root.GetProperty("metadata").WriteTo(writer);
        writer.WriteEndObject();
    }
}
