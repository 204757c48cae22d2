using System.Text.Json;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Printing;

/// <summary>Writes objects as a meta.k8s.io/v1 Table.</summary>
/// <param name="includeObject">Metadata (default), Object or None: what a row carries.</param>
internal sealed class TablePrinter(ResourceDescriptor resource, string includeObject, TimeProvider time)
{
    private readonly IReadOnlyList<Column> _columns = resource.Columns.Count == 0 ? CommonColumns.NameAndAge : resource.Columns;

    public void Write(Utf8JsonWriter writer, IEnumerable<StoredObject> objects, Action<Utf8JsonWriter> writeMetadata, bool withColumns = true)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", "Table");
        writer.WriteString("apiVersion", "meta.k8s.io/v1");
        writer.WritePropertyName("metadata");
        writeMetadata(writer);
        WriteColumns(writer, withColumns);
        writer.WriteStartArray("rows");
        foreach (var o in objects)
        {
            WriteRow(writer, o);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void WriteColumns(Utf8JsonWriter writer, bool withColumns)
    {
        if (!withColumns)
        {
            // Later events of a watch leave them out.
            writer.WriteNull("columnDefinitions");
            return;
        }

        writer.WriteStartArray("columnDefinitions");
        foreach (var column in _columns)
        {
            WriteColumn(writer, column);
        }

        writer.WriteEndArray();
    }

    private static void WriteColumn(Utf8JsonWriter writer, Column column)
    {
        writer.WriteStartObject();
        writer.WriteString("name", column.Name);
        writer.WriteString("type", column.Type);
        writer.WriteString("format", column.Format);
        writer.WriteString("description", column.Description);
        writer.WriteNumber("priority", column.Priority);
        writer.WriteEndObject();
    }

    private void WriteRow(Utf8JsonWriter writer, StoredObject o)
    {
        var now = time.GetUtcNow();
        writer.WriteStartObject();
        writer.WriteStartArray("cells");
        foreach (var column in _columns)
        {
            WriteCell(writer, column.Value(o.Root, now));
        }

        writer.WriteEndArray();
        if (includeObject == "Object")
        {
            writer.WritePropertyName("object");
            writer.WriteRawValue(o.Json, skipInputValidation: true);
        }
        else if (includeObject != "None")
        {
            writer.WritePropertyName("object");
            PartialMetadata.Write(writer, o);
        }

        writer.WriteEndObject();
    }

    private static void WriteCell(Utf8JsonWriter writer, object? cell)
    {
        switch (cell)
        {
            case null:
                writer.WriteNullValue();
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case double number:
                writer.WriteNumberValue(number);
                break;
            default:
                writer.WriteStringValue(cell.ToString());
                break;
        }
    }
}
