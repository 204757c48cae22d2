using System.Collections.Immutable;
using System.Text.Json;
using Rebalancer.Model;
using Rebalancer.Policy.Risk.Recorded;
using SharpCompress.Compressors.Xz;

namespace Rebalancer.Benchmarks.Risk;

/// <summary>
/// One trace: {"metadata":{"gap_seconds":g},"data":[machines at each tick],"prices":[$/h at each tick]?}, plain or .xz, the pool in the file's name: zone_type.
/// </summary>
internal static class TraceFile
{
    private const double MostGapSeconds = 86_400;
    private const int MostMachines = 1_000_000;

    public static bool IsTrace(string file) => file.EndsWith(".json", StringComparison.Ordinal) || file.EndsWith(".json.xz", StringComparison.Ordinal);

    /// <summary>Null, and what is wrong in <paramref name="problems"/>, where the file is no such trace.</summary>
    public static PoolTrace? Read(string file, ICollection<InvalidField> problems)
    {
        var before = problems.Count;
        using var document = Parse(file, problems);
        if (document is null) { return null; }
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            problems.Add(new InvalidField(file, "(root)", root.ValueKind.ToString(), "an object with metadata and data"));
            return null;
        }

        var gap = Gap(file, root, problems);
        var data = Counts(file, root, problems);
        CheckPrices(file, root, data.Length, problems);
        var (zone, type) = Pool(file);
        return problems.Count > before ? null : new PoolTrace(type, zone, gap, data);
    }

    /// <summary>What stands before the first underscore is the zone, what follows the type.</summary>
    public static (string Zone, string Type) Pool(string file)
    {
        var name = Path.GetFileName(file);
        name = name[..name.LastIndexOf(".json", StringComparison.Ordinal)];
        return name.Split('_', 2) is [var zone, var type] ? (zone, type) : (name, "");
    }

    private static JsonDocument? Parse(string file, ICollection<InvalidField> problems)
    {
        try
        {
            using var raw = File.OpenRead(file);
            using Stream stream = file.EndsWith(".xz", StringComparison.Ordinal) ? new XZStream(raw) : raw;
            return JsonDocument.Parse(stream);
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or EndOfStreamException or SharpCompress.Common.SharpCompressException or UnauthorizedAccessException)
        {
            problems.Add(new InvalidField(file, "(file)", e.Message, "JSON, plain or packed with xz"));
            return null;
        }
    }

    private static double Gap(string file, JsonElement root, ICollection<InvalidField> problems)
    {
        const string Field = "metadata.gap_seconds";
        const string Expected = "seconds between two ticks, above 0 and at most 86400";
        if (!root.TryGetProperty("metadata", out var metadata) || metadata.ValueKind != JsonValueKind.Object || !metadata.TryGetProperty("gap_seconds", out var gap))
        {
            problems.Add(new InvalidField(file, Field, "", Expected));
            return 1;
        }

        if (gap.ValueKind == JsonValueKind.Number && gap.GetDouble() is > 0 and <= MostGapSeconds and var seconds) { return seconds; }
        problems.Add(new InvalidField(file, Field, gap.GetRawText(), Expected));
        return 1;
    }

    private static ImmutableArray<int> Counts(string file, JsonElement root, ICollection<InvalidField> problems)
    {
        if (!root.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Array || data.GetArrayLength() == 0)
        {
            problems.Add(new InvalidField(file, "data", root.TryGetProperty("data", out data) ? data.GetRawText() : "", "an array of machines at each tick"));
            return [];
        }

        var counts = ImmutableArray.CreateBuilder<int>(data.GetArrayLength());
        foreach (var item in data.EnumerateArray())
        {
            var isCount = item.ValueKind == JsonValueKind.Number && item.GetDouble() is >= 0 and <= MostMachines && item.GetDouble() % 1 == 0;
            if (!isCount) { problems.Add(new InvalidField(file, $"data[{counts.Count}]", item.GetRawText(), $"a whole number from 0 to {MostMachines}")); }
            counts.Add(isCount ? (int)item.GetDouble() : 0);
        }

        return counts.MoveToImmutable();
    }

    /// <summary>Prices are no part of the model; a file in which they make no sense is not trusted in the rest either.</summary>
    private static void CheckPrices(string file, JsonElement root, int ticks, ICollection<InvalidField> problems)
    {
        if (!root.TryGetProperty("prices", out var prices) || prices.ValueKind == JsonValueKind.Null) { return; }
        if (prices.ValueKind != JsonValueKind.Array || prices.GetArrayLength() != ticks)
        {
            problems.Add(new InvalidField(file, "prices", prices.ValueKind == JsonValueKind.Array ? $"{prices.GetArrayLength()} prices" : prices.ValueKind.ToString(), $"one for each of {ticks} ticks"));
            return;
        }

        foreach (var (price, tick) in prices.EnumerateArray().Select((p, i) => (p, i)))
        {
            if (price.ValueKind is JsonValueKind.Null || (price.ValueKind == JsonValueKind.Number && price.GetDouble() is >= 0 and <= 1e6)) { continue; }
            problems.Add(new InvalidField(file, $"prices[{tick}]", price.GetRawText(), "US dollars per hour, not below 0"));
        }
    }
}
