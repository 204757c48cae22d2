using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Resources;

namespace Rebalancer.Testing.Kinds;

/// <summary>Events are stored once, in the form of the core group, and shown in the form asked for.</summary>
internal static class EventForms
{
    private static readonly (string Core, string Events)[] Names =
    [
        ("involvedObject", "regarding"),
        ("message", "note"),
        ("reportingComponent", "reportingController"),
        ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"),
        ("count", "deprecatedCount"),
        ("source", "deprecatedSource"),
    ];

    public static bool Applies(ResourceDescriptor resource) => resource.StoredAs is not null;

    /// <summary>The stored form of an object of a request.</summary>
    public static JsonObject ToStored(ResourceDescriptor resource, JsonObject o) =>
        Applies(resource) ? Rename(o, resource.StoredAs!.ApiVersion, n => (n.Events, n.Core)) : o;

    /// <summary>The form that a request asked for.</summary>
    public static JsonObject ToShown(ResourceDescriptor resource, JsonObject o) => Rename(o, resource.ApiVersion, n => (n.Core, n.Events));

    /// <summary>A change of the form asked for as a change of the stored one.</summary>
    public static Func<JsonObject, JsonObject> OfStored(ResourceDescriptor resource, Func<JsonObject, JsonObject> change) =>
        Applies(resource) ? stored => ToStored(resource, change(ToShown(resource, stored))) : change;

    /// <summary>The stored name of a field that a selector names.</summary>
    public static string StoredField(ResourceDescriptor resource, string field)
    {
        var head = field.Split('.')[0];
        var stored = Applies(resource) ? Names.Where(n => n.Events == head).Select(n => n.Core).FirstOrDefault() : null;
        return stored is null ? field : stored + field[head.Length..];
    }

    private static JsonObject Rename(JsonObject o, string apiVersion, Func<(string Core, string Events), (string From, string To)> direction)
    {
        var result = o.Copy();
        result["apiVersion"] = apiVersion;
        foreach (var (from, to) in Names.Select(direction))
        {
            if (result.TryGetPropertyValue(from, out var value))
            {
                result.Remove(from);
                result[to] = value?.DeepClone();
            }
        }

        return result;
    }
}
