using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Http;

/// <summary>One page of a list.</summary>
internal sealed record ListPage(IReadOnlyList<StoredObject> Objects, long Version, string Continue, long Remaining)
{
    public void WriteMetadata(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("resourceVersion", Version.ToString(CultureInfo.InvariantCulture));
        if (Continue.Length > 0)
        {
            writer.WriteString("continue", Continue);
            writer.WriteNumber("remainingItemCount", Remaining);
        }

        writer.WriteEndObject();
    }
}

/// <summary>Cuts lists into pages. All pages of one list show the same version, from a bounded number of kept snapshots.</summary>
internal sealed class ListPages(ObjectStore store)
{
    private const int MaxSnapshots = 64;

    /// <summary>Version in a token that asks for the rest of the list as it is now.</summary>
    private const long Inconsistent = -1;
    private readonly Lock _gate = new();
    private readonly Queue<(string Resource, Snapshot Snapshot)> _snapshots = new();

    public ListPage Read(HttpRequest http, ResourceRequest request, ObjectFilter filter)
    {
        var (snapshot, after) = Start(http, request);
        var limit = int.TryParse(http.Query["limit"], CultureInfo.InvariantCulture, out var asked) && asked > 0 ? asked : int.MaxValue;
        var matching = snapshot.Objects
            .SkipWhile(p => after is { } start && p.Key.CompareTo(start) <= 0)
            .Select(p => p.Value).Where(filter.Matches);
        if (limit == int.MaxValue)
        {
            return new([.. matching], snapshot.Version, "", 0);
        }

        var all = matching.ToList();
        if (all.Count <= limit)
        {
            return new(all, snapshot.Version, "", 0);
        }

        Keep(request, snapshot);
        return new(all[..limit], snapshot.Version, Token(snapshot.Version, all[limit - 1].Key), all.Count - limit);
    }

    private (Snapshot Snapshot, ObjectKey? After) Start(HttpRequest http, ResourceRequest request)
    {
        var token = http.Query["continue"].ToString();
        if (token.Length > 0)
        {
            return Resume(request, token);
        }

        var snapshot = store.List(request.Stored);
        if (long.TryParse(http.Query["resourceVersion"], CultureInfo.InvariantCulture, out var asked) && asked > snapshot.Version)
        {
            throw Failures.TooLargeVersion(asked, snapshot.Version);
        }

        return (snapshot, null);
    }

    private (Snapshot, ObjectKey?) Resume(ResourceRequest request, string token)
    {
        JsonNode? read;
        try
        {
            read = JsonNode.Parse(Base64Url.DecodeFromChars(token));
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            throw Failures.BadRequest($"invalid continue token: {e.Message}");
        }

        var after = new ObjectKey(read.Text("ns") ?? "", read.Text("name") ?? "");
        if (read.Number("rv") == Inconsistent)
        {
            return (store.List(request.Stored), after);
        }

        lock (_gate)
        {
            var kept = _snapshots.FirstOrDefault(s => s.Resource == request.Resource.QualifiedPlural && s.Snapshot.Version == read.Number("rv"));
            return kept.Snapshot is null ? throw Failures.ExpiredPage(Token(Inconsistent, after)) : (kept.Snapshot, after);
        }
    }

    private void Keep(ResourceRequest request, Snapshot snapshot)
    {
        lock (_gate)
        {
            if (_snapshots.Any(s => s.Resource == request.Resource.QualifiedPlural && s.Snapshot.Version == snapshot.Version))
            {
                return;
            }

            _snapshots.Enqueue((request.Resource.QualifiedPlural, snapshot));
            if (_snapshots.Count > MaxSnapshots)
            {
                _snapshots.Dequeue();
            }
        }
    }

    private static string Token(long version, ObjectKey last) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
        new JsonObject { ["v"] = "meta.k8s.io/v1", ["rv"] = version, ["ns"] = last.Namespace, ["name"] = last.Name }.ToJsonString()));
}
