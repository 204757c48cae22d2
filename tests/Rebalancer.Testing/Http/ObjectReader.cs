using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Printing;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Http;

/// <summary>Answers get and list.</summary>
internal sealed class ObjectReader(ObjectStore store, ListPages pages, TimeProvider time)
{
    public Task GetAsync(HttpContext context, ResourceRequest request) => ShowAsync(context, request, store.Get(request.Stored, request.Key), 200);

    /// <summary>Answers with one object in the form asked for.</summary>
    public Task ShowAsync(HttpContext context, ResourceRequest request, StoredObject stored, int code)
    {
        var o = Versions.Present(stored, request.Resource);
        return Representations.Of(context.Request) switch
        {
            Representation.Table => Answer.WriteAsync(context, w => Printer(context, request).Write(w, [o], WriteVersion(o)), code),
            Representation.Metadata => Answer.WriteAsync(context, w => PartialMetadata.Write(w, o), code),
            _ => Answer.BytesAsync(context, o.Json.ToArray(), code),
        };
    }

    public Task ListAsync(HttpContext context, ResourceRequest request)
    {
        var filter = ObjectFilter.Parse(context.Request, request);
        var page = pages.Read(context.Request, request, filter);
        var objects = page.Objects.Select(o => Versions.Present(o, request.Resource));
        return Representations.Of(context.Request) switch
        {
            Representation.Table => Answer.WriteAsync(context, w => Printer(context, request).Write(w, objects, page.WriteMetadata)),
            Representation.Metadata => Answer.WriteAsync(context, w => WriteList(w, "PartialObjectMetadataList", "meta.k8s.io/v1", page, objects, PartialMetadata.Write)),
            _ => Answer.WriteAsync(context, w => WriteList(
                w, request.Resource.NameOfList, request.Resource.ApiVersion, page, objects, request.Resource.Custom ? WriteWhole : WriteWithoutKind)),
        };
    }

    public TablePrinter Printer(HttpContext context, ResourceRequest request) => new(request.Resource, context.Request.Query["includeObject"].ToString(), time);

    private static void WriteList(
        Utf8JsonWriter writer, string kind, string apiVersion, ListPage page, IEnumerable<StoredObject> objects, Action<Utf8JsonWriter, StoredObject> write)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", kind);
        writer.WriteString("apiVersion", apiVersion);
        writer.WritePropertyName("metadata");
        page.WriteMetadata(writer);
        writer.WriteStartArray("items");
        foreach (var o in objects)
        {
            write(writer, o);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteWhole(Utf8JsonWriter writer, StoredObject o) => writer.WriteRawValue(o.Json, skipInputValidation: true);

    /// <summary>The real server omits kind and apiVersion from the items of a list of built-in objects, and clients trip over it.</summary>
    private static void WriteWithoutKind(Utf8JsonWriter writer, StoredObject o)
    {
        writer.WriteStartObject();
        foreach (var property in o.Root.EnumerateObject().Where(p => p.Name is not ("kind" or "apiVersion")))
        {
            property.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    public static Action<Utf8JsonWriter> WriteVersion(StoredObject o) => writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("resourceVersion", o.Root.Text("metadata", "resourceVersion"));
        writer.WriteEndObject();
    };
}
