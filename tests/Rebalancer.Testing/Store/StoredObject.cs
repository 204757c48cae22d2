using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Store;

/// <summary>One version of an object. Immutable, so that readers need no lock; a change starts from <see cref="ToNode"/>.</summary>
internal sealed class StoredObject
{
    public StoredObject(JsonObject o)
    {
        Root = JsonElement.Parse(Serialization.ToBytes(o));
        Key = new(Root.Text("metadata", "namespace") ?? "", Root.Text("metadata", "name") ?? "");
        Uid = Root.Text("metadata", "uid") ?? "";
        Version = long.Parse(Root.Text("metadata", "resourceVersion") ?? "0", System.Globalization.CultureInfo.InvariantCulture);
    }

    public JsonElement Root { get; }

    public ObjectKey Key { get; }

    public string Uid { get; }

    /// <summary>metadata.resourceVersion.</summary>
    public long Version { get; }

    public ReadOnlySpan<byte> Json => JsonMarshal.GetRawUtf8Value(Root);

    public bool IsDeleting => Root.Text("metadata", "deletionTimestamp") is not null;

    public JsonObject ToNode() => (JsonObject)JsonNode.Parse(Json)!;

    /// <summary>The object as a client library's type.</summary>
    public T As<T>() => KubernetesJson.Deserialize<T>(Root);
}
