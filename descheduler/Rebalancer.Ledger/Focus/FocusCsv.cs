using System.Globalization;

namespace Rebalancer.Ledger.Focus;

/// <summary>
/// RFC 4180, UTF-8, a header and one line for each charge; null is an empty field, and an empty text does not occur. A text that a spreadsheet would take for a
/// formula begins with an apostrophe, as OWASP's page on CSV injection advises: names and ids are anybody's.
/// </summary>
internal static class FocusCsv
{
    private static readonly System.Buffers.SearchValues<char> Special = System.Buffers.SearchValues.Create(",\"\r\n");

    public static async Task WriteAsync(IEnumerable<FocusRow> rows, FocusColumns columns, Stream stream, CancellationToken cancellation)
    {
        await using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\r\n" };
        await writer.WriteLineAsync(string.Join(',', columns.All.Select(c => c.Name)));
        foreach (var row in rows)
        {
            cancellation.ThrowIfCancellationRequested();
            await writer.WriteLineAsync(string.Join(',', columns.All.Select(c => Field(c, row))));
        }
    }

    private static string Field(FocusColumn column, FocusRow row) => column switch
    {
        NumberColumn number => number.Of(row) is { } value ? Number(value) : "",
        InstantColumn instant => instant.Of(row).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        TextColumn text => Quoted(Plain(text.Of(row) ?? "")),
        _ => throw new ArgumentOutOfRangeException(nameof(column), column.Name, "a column that has no form"),
    };

    /// <summary>All digits, and no zeros behind them.</summary>
    private static string Number(decimal value) => value.ToString("0.##################", CultureInfo.InvariantCulture);

    private static string Plain(string text) => text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" + text : text;

    private static string Quoted(string text) => text.AsSpan().ContainsAny(Special) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
