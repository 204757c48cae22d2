using System.Collections.Immutable;
using System.Globalization;
using Rebalancer.Model;

namespace Rebalancer.Rebalancing.WhatIf.Events;

/// <summary>
/// Interruptions as CSV, with the header "time,node" or "time,instance_type,zone,count"; # for comments. A time is an instant (RFC 3339), or a number of seconds from the start.
/// </summary>
public static class InterruptionFile
{
    private const string ByNode = "time,node";
    private const string ByType = "time,instance_type,zone,count";
    private const int MaxCount = 100_000;
    private const double MaxSeconds = 366 * 86400.0;

    /// <summary>Reads everything and reports everything that is wrong; lines that are wrong are left out.</summary>
    public static ImmutableArray<RecordedInterruption> Read(string name, string text, DateTimeOffset start, ICollection<InvalidField> problems)
    {
        var lines = text.Split('\n').Select((l, i) => (Text: l.Trim(), Number: i + 1)).Where(l => l.Text.Length > 0 && !l.Text.StartsWith('#')).ToList();
        var header = lines.Count > 0 ? lines[0].Text : "";
        if (header is not (ByNode or ByType))
        {
            problems.Add(new InvalidField(name, "header", header, $"{ByNode} or {ByType}"));
            return [];
        }

        var read = ImmutableArray.CreateBuilder<RecordedInterruption>();
        foreach (var (line, number) in lines.Skip(1))
        {
            if (OfLine(line.Split(','), header == ByNode, start) is { } interruption) { read.Add(interruption); }
            else { problems.Add(new InvalidField(name, $"line {number}", line, Expected(header))); }
        }

        return [.. read.OrderBy(i => i.At)];
    }

    private static RecordedInterruption? OfLine(string[] cells, bool byNode, DateTimeOffset start) => (byNode, cells) switch
    {
        (true, [var time, { Length: > 0 } node]) when TimeOf(time, start) is { } at => new RecordedInterruption(at, node),
        (false, [var time, { Length: > 0 } type, var zone, var count]) when TimeOf(time, start) is { } at
            && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var nodes) && nodes is > 0 and <= MaxCount => new RecordedInterruption(at, null, type, zone, nodes),
        _ => null,
    };

    private static DateTimeOffset? TimeOf(string text, DateTimeOffset start)
        => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) ? (seconds is >= 0 and <= MaxSeconds ? start.AddSeconds(seconds) : null)
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    private static string Expected(string header)
        => $"{header}, with an instant or 0 to {MaxSeconds:0} seconds from the start{(header == ByNode ? "" : $", a zone that may be empty, and a count from 1 to {MaxCount}")}";
}
