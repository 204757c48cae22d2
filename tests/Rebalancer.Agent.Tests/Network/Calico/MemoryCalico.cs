using System.Globalization;
using System.Text.Json.Nodes;
using Rebalancer.Agent.Network.Calico;

namespace Rebalancer.Agent.Tests.Network.Calico;

/// <summary>Calico's objects with the API server's compare-and-set, in memory. After every write it asserts what Calico relies on.</summary>
internal sealed class MemoryCalico : ICalicoObjects
{
    private readonly Dictionary<(string Plural, string Name), JsonObject> _objects = [];
    private int _version;

    public List<CalicoWrite> Written { get; } = [];

    /// <summary>What others do just before a write arrives. Not for the writes that it makes itself.</summary>
    public Action<CalicoWrite>? Before { get; set; }

    /// <summary>So many writes are answered; from then on the server does not answer.</summary>
    public int WritesLeft { get; set; } = int.MaxValue;

    /// <summary>Every read fails with it.</summary>
    public Exception? Failure { get; set; }

    public JsonObject? Get(string plural, string name) => _objects.TryGetValue((plural, name), out var found) ? Copy(found) : null;

    public void Put(string plural, JsonObject document)
    {
        var copy = Copy(document);
        copy["metadata"]!["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
        _objects[(plural, (string)copy["metadata"]!["name"]!)] = copy;
    }

    public void Remove(string plural, string name) => Assert.True(_objects.Remove((plural, name)));

    /// <summary>All objects as text, without their versions.</summary>
    public string Text() => string.Join('\n', _objects.OrderBy(each => each.Key).Select(each =>
    {
        var copy = Copy(each.Value);
        copy["metadata"]!.AsObject().Remove("resourceVersion");
        return copy.ToJsonString();
    }));

    public Task<JsonObject?> ReadAsync(string plural, string name, CancellationToken cancellation) => Failure is null ? Task.FromResult(Get(plural, name)) : throw Failure;

    public Task<IReadOnlyList<JsonObject>> ListPoolsAsync(CancellationToken cancellation) => Failure is null
        ? Task.FromResult<IReadOnlyList<JsonObject>>([.. _objects.Where(each => each.Key.Plural == CalicoResource.Pools).Select(each => Copy(each.Value))]) : throw Failure;

    public Task<bool> TryAsync(CalicoWrite write, CancellationToken cancellation)
    {
        if (WritesLeft-- <= 0) { throw new HttpRequestException("the API server does not answer"); }
        Before?.Invoke(write);
        var key = (write.Plural, (string)write.Object["metadata"]!["name"]!);
        var known = _objects.GetValueOrDefault(key);
        if (write.Action == CalicoAction.Create ? known is not null : (string?)known?["metadata"]!["resourceVersion"] != (string?)write.Object["metadata"]!["resourceVersion"]) { return Task.FromResult(false); }
        if (write.Action == CalicoAction.Delete) { _objects.Remove(key); }
        else { Put(write.Plural, write.Object); }
        Written.Add(write);
        RequireConsistent();
        return Task.FromResult(true);
    }

    /// <summary>Each address is either free or somebody's, and no handle says less than the blocks do: what it did not name would never be released.</summary>
    public void RequireConsistent()
    {
        foreach (var spec in _objects.Where(each => each.Key.Plural == CalicoResource.Blocks).Select(each => each.Value["spec"]!))
        {
            var (given, free, owners) = (spec["allocations"]!.AsArray(), spec["unallocated"]!.AsArray().Select(each => (int)each!).ToList(), spec["attributes"]!.AsArray());
            Assert.Equal(Enumerable.Range(0, given.Count), free.Concat(given.Index().Where(each => each.Item is not null).Select(each => each.Index)).Order());
            Assert.Equal(Enumerable.Range(0, owners.Count), given.OfType<JsonNode>().Select(each => (int)each).Distinct().Order());
            foreach (var handle in given.OfType<JsonNode>().Select(each => (string?)owners[(int)each]!["handle_id"]).OfType<string>().GroupBy(each => each).Where(each => Get(CalicoResource.Handles, each.Key) is not null || each.Key == CalicoData.Heir))
            {
                var counted = Get(CalicoResource.Handles, handle.Key)?["spec"]!["block"]![(string)spec["cidr"]!];
                Assert.True(counted is not null && (int)counted >= handle.Count(), $"handle {handle.Key} names {counted?.ToString() ?? "no"} addresses of {handle.Count()}");
            }
        }
    }

    private static JsonObject Copy(JsonObject document) => JsonNode.Parse(document.ToJsonString())!.AsObject();
}
