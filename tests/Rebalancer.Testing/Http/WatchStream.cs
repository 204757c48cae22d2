using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Printing;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Http;

/// <summary>Writes watch events through a filter: an object that begins to match is added, one that ceases to match is deleted.</summary>
internal sealed class WatchStream(HttpContext context, ResourceRequest request, ObjectFilter filter, Representation form, TimeProvider time)
{
    private readonly ArrayBufferWriter<byte> _pending = new();
    private readonly TablePrinter _printer = new(request.Resource, context.Request.Query["includeObject"].ToString(), time);
    private bool _columnsSent;

    public void Write(WatchEvent change)
    {
        var matches = filter.Matches(change.Object);
        var matched = change.Previous is { } previous && filter.Matches(previous);
        switch (change.Kind)
        {
            case ChangeKind.Deleted when matched || matches:
                WriteEvent("DELETED", change.Object);
                break;
            case ChangeKind.Added or ChangeKind.Modified when matches:
                WriteEvent(change.Kind == ChangeKind.Added || !matched ? "ADDED" : "MODIFIED", change.Object);
                break;
            case ChangeKind.Modified when matched:
                // The watcher sees the object as it last matched, at the version of the change.
                var last = change.Previous!.ToNode();
                last.Metadata()["resourceVersion"] = change.Object.Root.Text("metadata", "resourceVersion");
                WriteEvent("DELETED", new StoredObject(last));
                break;
        }
    }

    public void Bookmark(long version, bool endsInitialEvents)
    {
        var metadata = new JsonObject { ["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture) };
        if (endsInitialEvents)
        {
            metadata["annotations"] = new JsonObject { ["k8s.io/initial-events-end"] = "true" };
        }

        WriteLine("BOOKMARK", w => new JsonObject { ["kind"] = request.Resource.Kind, ["apiVersion"] = request.Resource.ApiVersion, ["metadata"] = metadata }.WriteTo(w));
    }

    public async Task ErrorAsync(ApiException e)
    {
        WriteLine("ERROR", w => e.ToStatus().WriteTo(w));
        await FlushAsync();
    }

    public async Task FlushAsync()
    {
        if (!context.Response.HasStarted)
        {
            context.Response.StatusCode = 200;
            context.Response.ContentType = "application/json";
            await context.Response.StartAsync(context.RequestAborted);
        }

        if (_pending.WrittenCount > 0)
        {
            await context.Response.Body.WriteAsync(_pending.WrittenMemory, context.RequestAborted);
            _pending.ResetWrittenCount();
        }

        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private void WriteEvent(string type, StoredObject stored)
    {
        var o = Versions.Present(stored, request.Resource);
        WriteLine(type, w =>
        {
            switch (form)
            {
                case Representation.Table:
                    _printer.Write(w, [o], ObjectReader.WriteVersion(o), withColumns: !_columnsSent);
                    _columnsSent = true;
                    break;
                case Representation.Metadata:
                    PartialMetadata.Write(w, o);
                    break;
                default:
                    w.WriteRawValue(o.Json, skipInputValidation: true);
                    break;
            }
        });
    }

    private void WriteLine(string type, Action<Utf8JsonWriter> writeObject)
    {
        using (var writer = new Utf8JsonWriter(_pending, Answer.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("type", type);
            writer.WritePropertyName("object");
            writeObject(writer);
            writer.WriteEndObject();
        }

        _pending.Write("\n"u8);
    }
}
