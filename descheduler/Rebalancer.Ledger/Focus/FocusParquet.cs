using Parquet;
using Parquet.Schema;

namespace Rebalancer.Ledger.Focus;

/// <summary>Apache Parquet: the columns of the CSV, numbers as decimals of the ledger's whole precision, instants as UTC timestamps.</summary>
internal static class FocusParquet
{
    private const int RowsInGroup = 50_000;

    public static async Task WriteAsync(IEnumerable<FocusRow> rows, FocusColumns columns, Stream stream, CancellationToken cancellation)
    {
        var fields = columns.All.Select(Field).ToArray();
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), stream, cancellationToken: cancellation);
        writer.CustomMetadata = new Dictionary<string, string> { ["FocusVersion"] = FocusColumns.Version };
        foreach (var chunk in rows.Chunk(RowsInGroup))
        {
            using var group = writer.CreateRowGroup();
            for (var i = 0; i < fields.Length; i++)
            {
                await WriteAsync(group, fields[i], columns.All[i], chunk, cancellation);
            }

            group.CompleteValidate();
        }
    }

    private static DataField Field(FocusColumn column) => column switch
    {
        NumberColumn => new DecimalDataField(column.Name, NumberColumn.Precision, NumberColumn.Scale, isNullable: column.Nullable),
        InstantColumn => new DateTimeDataField(column.Name, DateTimeFormat.Timestamp, isAdjustedToUTC: true, unit: DateTimeTimeUnit.Millis, isNullable: false),
        _ => new DataField(column.Name, typeof(string), isNullable: column.Nullable),
    };

    private static async Task WriteAsync(ParquetRowGroupWriter group, DataField field, FocusColumn column, FocusRow[] rows, CancellationToken cancellation)
    {
        switch (column)
        {
            case NumberColumn { Nullable: true } number:
                await group.WriteAsync<decimal>(field, rows.Select(r => number.Of(r)).ToArray().AsMemory(), cancellationToken: cancellation);
                break;
            case NumberColumn number:
                await group.WriteAsync<decimal>(field, rows.Select(r => number.Of(r)!.Value).ToArray().AsMemory(), cancellationToken: cancellation);
                break;
            case InstantColumn instant:
                await group.WriteAsync<DateTime>(field, rows.Select(r => instant.Of(r).UtcDateTime).ToArray().AsMemory(), cancellationToken: cancellation);
                break;
            case TextColumn text:
                await group.WriteAsync(field, rows.Select(r => text.Of(r)!).ToArray());
                break;
        }
    }
}
