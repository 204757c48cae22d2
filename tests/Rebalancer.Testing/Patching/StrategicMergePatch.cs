using System.Text.Json.Nodes;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Patching;

/// <summary>Kubernetes' strategic merge patch: a merge patch that merges known lists by key and knows $patch, $retainKeys and $deleteFromPrimitiveList.</summary>
internal sealed class StrategicMergePatch(string kind)
{
    private const string Directive = "$patch";
    private const string RetainKeys = "$retainKeys";
    private const string DeletePrefix = "$deleteFromPrimitiveList/";
    private const string OrderPrefix = "$setElementOrder/";

    public JsonObject Apply(JsonObject target, JsonObject patch) => MergeObjects(target, patch, "");

    private JsonObject MergeObjects(JsonObject target, JsonObject patch, string parent)
    {
        switch (patch.Text(Directive))
        {
            case "delete":
                return [];
            case "replace":
                var whole = patch.Copy();
                whole.Remove(Directive);
                return whole;
        }

        Retain(target, patch);
        foreach (var (name, change) in patch)
        {
            if (name is Directive or RetainKeys || name.StartsWith(OrderPrefix, StringComparison.Ordinal))
            {
                continue;
            }

            if (name.StartsWith(DeletePrefix, StringComparison.Ordinal))
            {
                RemoveValues(target, name[DeletePrefix.Length..], change as JsonArray);
                continue;
            }

            MergeField(target, name, change, parent);
        }

        return target;
    }

    private void MergeField(JsonObject target, string name, JsonNode? change, string parent)
    {
        var current = target[name];
        switch (change)
        {
            case null:
                target.Remove(name);
                break;
            case JsonObject o when current is JsonObject existing:
                if (MergeObjects(existing, o, name) is var merged && !ReferenceEquals(merged, existing))
                {
                    target[name] = merged;
                }

                break;
            case JsonObject o:
                target[name] = MergeObjects([], o, name);
                break;
            case JsonArray array when MergeKeys.IsSet(name):
                target[name] = Union(current as JsonArray, array);
                break;
            case JsonArray array when MergeKeys.Of(name, parent, kind) is { } key:
                target[name] = MergeLists(current as JsonArray ?? [], array, key, name);
                break;
            default:
                target[name] = change.DeepClone();
                break;
        }
    }

    private JsonArray MergeLists(JsonArray current, JsonArray patch, string key, string name)
    {
        var replaces = patch.OfType<JsonObject>().Any(item => item.Text(Directive) == "replace" && item[key] is null);
        var result = replaces ? [] : (JsonArray)current.DeepClone();
        foreach (var item in patch)
        {
            if (item is not JsonObject change)
            {
                throw Failures.BadRequest($"strategic merge patch: an item of list {name} is not an object");
            }

            MergeItem(result, change, key, name);
        }

        return result;
    }

    private void MergeItem(JsonArray result, JsonObject change, string key, string name)
    {
        var directive = change.Text(Directive);
        if (change[key] is not { } identity)
        {
            if (directive == "replace")
            {
                return;
            }

            throw Failures.BadRequest($"strategic merge patch: map: {change.ToJsonString()} does not contain declared merge key: {key}");
        }

        var existing = result.OfType<JsonObject>().FirstOrDefault(o => JsonNode.DeepEquals(o[key], identity));
        if (directive == "delete")
        {
            if (existing is not null)
            {
                result.Remove(existing);
            }
        }
        else if (existing is null)
        {
            result.Add(MergeObjects([], change, name));
        }
        else if (directive == "replace")
        {
            result[result.IndexOf(existing)] = MergeObjects([], change, name);
        }
        else
        {
            MergeObjects(existing, change, name);
        }
    }

    private static void Retain(JsonObject target, JsonObject patch)
    {
        if (patch[RetainKeys] is JsonArray keys)
        {
            var kept = keys.Select(k => k!.GetValue<string>()).ToHashSet();
            foreach (var name in target.Select(p => p.Key).Where(name => !kept.Contains(name)).ToList())
            {
                target.Remove(name);
            }
        }
    }

    private static void RemoveValues(JsonObject target, string name, JsonArray? values)
    {
        if (target[name] is JsonArray current && values is not null)
        {
            target[name] = new JsonArray([.. current.Where(v => !values.Any(gone => JsonNode.DeepEquals(gone, v))).Select(v => v.Copy())]);
        }
    }

    private static JsonArray Union(JsonArray? current, JsonArray added)
    {
        var result = current is null ? [] : (JsonArray)current.DeepClone();
        foreach (var value in added.Where(value => !result.Any(v => JsonNode.DeepEquals(v, value))))
        {
            result.Add(value.Copy());
        }

        return result;
    }
}
