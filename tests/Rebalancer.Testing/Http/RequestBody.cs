using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Protobuf;
using YamlDotNet.Core;

namespace Rebalancer.Testing.Http;

/// <summary>Reads request bodies.</summary>
internal static class RequestBody
{
    private static readonly string[] Accepted = ["application/json", "application/yaml"];
    private static readonly JsonDocumentOptions DocumentOptions = new() { MaxDepth = 128 };

    public static async Task<JsonObject> ReadObjectAsync(HttpContext context)
    {
        var node = await ReadAsync(context);
        return node as JsonObject ?? throw Failures.BadRequest("the body of the request must be an object");
    }

    /// <returns>Null for an empty body.</returns>
    public static async Task<JsonNode?> ReadAsync(HttpContext context)
    {
        var type = MediaType(context);
        if (type == ProtobufObjects.MediaType)
        {
            return ParseProtobuf(await ReadBytesAsync(context));
        }

        if (type.Length > 0 && type is not ("application/json" or "application/yaml" or "text/plain") && !type.EndsWith("+json", StringComparison.Ordinal))
        {
            throw Failures.UnsupportedMediaType(Accepted);
        }

        var bytes = await ReadBytesAsync(context);
        if (bytes.Length == 0)
        {
            return null;
        }

        return type == "application/yaml" ? ParseYaml(bytes) : Parse(bytes);
    }

    public static string MediaType(HttpContext context) => (context.Request.ContentType ?? "").Split(';')[0].Trim().ToLowerInvariant();

    private static JsonObject? ParseProtobuf(byte[] bytes)
    {
        try
        {
            return bytes.Length == 0 ? null : ProtobufObjects.Read(bytes) ?? throw Failures.UnsupportedMediaType(Accepted);
        }
        catch (InvalidDataException e)
        {
            throw Failures.BadRequest($"the object provided is unrecognized (must be of type protobuf): {e.Message}");
        }
    }

    private static JsonNode? ParseYaml(byte[] bytes)
    {
        try
        {
            return YamlDocuments.Parse(Encoding.UTF8.GetString(bytes)) is [var first, ..] ? first : null;
        }
        catch (YamlException e)
        {
            throw Failures.BadRequest($"the object provided is unrecognized (must be of type YAML): {e.Message}");
        }
    }

    private static JsonNode? Parse(byte[] bytes)
    {
        try
        {
            // Parsed eagerly, so that a duplicate or broken field shows here and not when it is first read.
            var node = JsonNode.Parse(bytes, documentOptions: DocumentOptions);
            return node?.DeepClone();
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw Failures.BadRequest($"the object provided is unrecognized (must be of type JSON): {e.Message}");
        }
    }

    private static async Task<byte[]> ReadBytesAsync(HttpContext context)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        return buffer.ToArray();
    }
}
