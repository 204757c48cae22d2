using System.Collections.Immutable;
using System.Text.Json;
using k8s;
using k8s.Models;
using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Mapping;

/// <summary>
/// A cluster from what `kubectl get nodes,pods,... -A -o json` prints: v1 Lists and single objects, several one after another as well.
/// Kinds that decisions do not need are passed over; everything that makes no sense is reported at once.
/// </summary>
public sealed class SnapshotReader
{
    private readonly List<InvalidField> problems = [];
    private readonly SnapshotObjects objects = new();
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);

    /// <param name="files">Name (for messages) and content, UTF-8.</param>
    public static (ClusterSnapshot Snapshot, ImmutableArray<InvalidField> Problems) Read(IEnumerable<(string Name, ReadOnlyMemory<byte> Content)> files)
    {
        var reader = new SnapshotReader();
        foreach (var (name, content) in files)
        {
            reader.ReadFile(name, content.Span);
        }

        var snapshot = reader.objects.ToSnapshot(reader.problems);
        SnapshotChecks.Check(snapshot, reader.problems);
        return (snapshot, [.. reader.problems]);
    }

    private void ReadFile(string name, ReadOnlySpan<byte> content)
    {
        var before = objects.Count;
        var json = new Utf8JsonReader(WithoutMark(content), new JsonReaderOptions { AllowMultipleValues = true, CommentHandling = JsonCommentHandling.Skip });
        try
        {
            while (json.Read())
            {
                using var document = JsonDocument.ParseValue(ref json);
                ReadObject(name, document.RootElement);
            }
        }
        catch (JsonException broken)
        {
            problems.Add(new InvalidField(name, $"line {broken.LineNumber + 1}", broken.Message, "JSON as printed by kubectl get -o json"));
            return;
        }

        if (objects.Count == before && problems.Count == 0)
        {
            problems.Add(new InvalidField(name, "items", "nothing", "nodes and pods as printed by kubectl get nodes,pods -A -o json"));
        }
    }

    private void ReadObject(string where, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            problems.Add(new InvalidField(where, "the file", element.ValueKind.ToString(), "an object or a List of objects"));
            return;
        }

        var kind = Text(element, "kind");
        if (kind.EndsWith("List", StringComparison.Ordinal) && element.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array)
        {
            var index = 0;
            foreach (var item in items.EnumerateArray())
            {
                ReadItem($"{where}: items[{index++}]", item, kind == "List" ? "" : kind[..^"List".Length]);
            }

            return;
        }

        ReadItem(where, element, "");
    }

    /// <param name="kindOfList">What a typed list (PodList) holds: its items need not say it again.</param>
    private void ReadItem(string where, JsonElement item, string kindOfList)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            problems.Add(new InvalidField(where, "the item", item.ValueKind.ToString(), "an object"));
            return;
        }

        var kind = Text(item, "kind") is { Length: > 0 } own ? own : kindOfList;
        if (kind.Length == 0)
        {
            problems.Add(new InvalidField(where, "kind", "", "a kind such as Node or Pod"));
            return;
        }

        if (!objects.Wants(kind))
        {
            return;
        }

        var name = Name(kind, item);
        if (name is null)
        {
            problems.Add(new InvalidField(where, "metadata.name", "", $"the name of the {kind}"));
        }
        else if (!seen.Add(name))
        {
            problems.Add(new InvalidField(name, "metadata.name", name, "each object once"));
        }
        else
        {
            Add(kind, name, item);
        }
    }

    private void Add(string kind, string name, JsonElement item)
    {
        var before = problems.Count;
        try
        {
            if (kind is "Node" or "Pod")
            {
                problems.AddRange(QuantityScan.Problems(name, item));
            }

            if (problems.Count == before)
            {
                objects.Add(kind, item);
            }
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or OverflowException)
        {
            problems.Add(new InvalidField(name, (e as JsonException)?.Path ?? "its fields", e.Message, $"a {kind} as the API server gives it"));
        }
    }

    private static string? Name(string kind, JsonElement item)
    {
        if (!item.TryGetProperty("metadata", out var metadata) || metadata.ValueKind != JsonValueKind.Object || Text(metadata, "name") is not { Length: > 0 } name)
        {
            return null;
        }

        var ns = Text(metadata, "namespace");
        return ns.Length == 0 ? $"{kind} {name}" : $"{kind} {ns}/{name}";
    }

    /// <summary>Empty also where escapes in it stand for half a character.</summary>
    private static string Text(JsonElement element, string property)
    {
        try
        {
            return element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }

    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> content)
        => content.StartsWith("\uFEFF"u8) ? content[3..] : content;
}
