using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Http;

/// <summary>Writes answers.</summary>
internal static class Answer
{
    public static JsonWriterOptions WriterOptions { get; } = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static Task JsonAsync(HttpContext context, JsonNode body, int code = 200, string contentType = "application/json") =>
        BytesAsync(context, Serialization.ToBytes(body), code, contentType);

    public static async Task BytesAsync(HttpContext context, ReadOnlyMemory<byte> body, int code = 200, string contentType = "application/json")
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write, int code = 200)
    {
        using var buffer = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            write(writer);
        }

        await BytesAsync(context, buffer.GetBuffer().AsMemory(0, (int)buffer.Length), code);
    }

    public static Task FailureAsync(HttpContext context, ApiException e)
    {
        if (e.Details.Number("retryAfterSeconds") is { } seconds)
        {
            context.Response.Headers.RetryAfter = $"{seconds}";
        }

        return JsonAsync(context, e.ToStatus(), e.Code);
    }

    public static Task SuccessAsync(HttpContext context, ResourceRequest request, StoredObject o, int code = 200)
    {
        var details = new JsonObject { ["name"] = o.Key.Name, ["kind"] = request.Resource.Plural, ["uid"] = o.Uid };
        if (request.Resource.Group.Length > 0)
        {
            details["group"] = request.Resource.Group;
        }

        return JsonAsync(context, Success(details), code);
    }

    /// <summary>What binding and eviction answer.</summary>
    public static Task CreatedAsync(HttpContext context)
    {
        var status = Success();
        status["code"] = 201;
        return JsonAsync(context, status, 201);
    }

    public static JsonObject Success(JsonObject? details = null)
    {
        var status = new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success" };
        if (details is not null)
        {
            status["details"] = details;
        }

        return status;
    }

    public static void AddWarnings(HttpContext context, WriteOptions options)
    {
        foreach (var warning in options.Warnings.Distinct())
        {
            context.Response.Headers.Append("Warning", $"299 - \"{warning.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        }
    }
}
