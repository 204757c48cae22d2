using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Patching;
using Rebalancer.Testing.Resources;

namespace Rebalancer.Testing.Http;

/// <summary>A patch of one of the three kinds as a function of the current object.</summary>
internal static class PatchBody
{
    private const string Json = "application/json-patch+json";
    private const string Merge = "application/merge-patch+json";
    private const string Strategic = "application/strategic-merge-patch+json";

    public static async Task<Func<JsonObject, JsonObject>> ReadAsync(HttpContext context, ResourceDescriptor resource)
    {
        var type = RequestBody.MediaType(context);
        string[] accepted = resource.Custom ? [Json, Merge] : [Json, Merge, Strategic];
        if (type is "application/json" or "")
        {
            throw new ApiException(415, "UnsupportedMediaType", "415: Unsupported Media Type") { Details = [] };
        }

        if (!accepted.Contains(type))
        {
            throw Failures.UnsupportedMediaType(accepted);
        }

        var body = await RequestBody.ReadAsync(context);
        return type switch
        {
            Json => current => ApplyJson(current, body as JsonArray ?? throw Failures.BadRequest("a JSON patch must be a list of operations")),
            Merge => current => (JsonObject)MergePatch.Apply(current, Object(body))!,
            _ => current => new StrategicMergePatch(resource.Kind).Apply(current, Object(body)),
        };
    }

    private static JsonObject ApplyJson(JsonObject current, JsonArray operations)
    {
        try
        {
            return JsonPatch.Apply(current, operations) as JsonObject ?? throw Failures.BadRequest("the patched document is not an object");
        }
        catch (JsonPatchException e)
        {
            // The real server says no more than this to the caller.
            throw new ApiException(422, "Invalid", "the server rejected our request due to an error in our request", e) { Details = [] };
        }
    }

    private static JsonObject Object(JsonNode? body) => body as JsonObject ?? throw Failures.BadRequest("the patch must be an object");
}
