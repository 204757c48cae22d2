using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Http;

/// <summary>Answers subresources other than status: binding, eviction, scale, finalize and token.</summary>
internal sealed class Subresources(ObjectStore store, ObjectReader reader, ObjectWriter writer, PodBinder binder, Evictor evictor, TimeProvider time)
{
    public Task HandleAsync(HttpContext context, ResourceRequest request) => (context.Request.Method, request.Resource.QualifiedPlural, request.Subresource) switch
    {
        ("POST", "pods", "binding") => BindAsync(context, request),
        ("POST", "pods", "eviction") => EvictAsync(context, request),
        ("PATCH" or "PUT", "pods", "resize" or "ephemeralcontainers") => PatchSpecAsync(context, request),
        ("PATCH", "certificatesigningrequests.certificates.k8s.io", "approval") => ApproveAsync(context, request),
        ("PUT", "namespaces", "finalize") => FinalizeAsync(context, request),
        ("POST", "serviceaccounts", "token") => TokenAsync(context, request),
        ("GET", _, "scale") when request.Resource.HasScale => ShowScaleAsync(context, store.Get(request.Resource, request.Key)),
        ("PUT" or "PATCH", _, "scale") when request.Resource.HasScale => SetScaleAsync(context, request),
        _ => throw Failures.UnknownPath(),
    };

    private async Task BindAsync(HttpContext context, ResourceRequest request)
    {
        var binding = await RequestBody.ReadObjectAsync(context);
        await binder.BindAsync(request.Key, binding, RequestOptions.Write(context, "binding"), context.RequestAborted);
        await Answer.CreatedAsync(context);
    }

    private async Task EvictAsync(HttpContext context, ResourceRequest request)
    {
        var eviction = await RequestBody.ReadObjectAsync(context);
        await evictor.EvictAsync(request.Key, eviction, RequestOptions.Write(context, "eviction"), context.RequestAborted);
        await Answer.CreatedAsync(context);
    }

    private async Task PatchSpecAsync(HttpContext context, ResourceRequest request)
    {
        var options = RequestOptions.Write(context);
        var patch = await PatchBody.ReadAsync(context, request.Resource);
        await reader.ShowAsync(context, request, await writer.UpdateAsync(request.Resource, request.Key, patch, options, context.RequestAborted), 200);
    }

    /// <summary>Conditions are a part of the status, under a name of its own so that approving is a right of its own.</summary>
    private async Task ApproveAsync(HttpContext context, ResourceRequest request)
    {
        var patch = await PatchBody.ReadAsync(context, request.Resource);
        var updated = await writer.UpdateAsync(request.Resource, request.Key, patch, RequestOptions.Write(context, "status"), context.RequestAborted);
        await reader.ShowAsync(context, request, updated, 200);
    }

    private async Task FinalizeAsync(HttpContext context, ResourceRequest request)
    {
        var body = await RequestBody.ReadObjectAsync(context);
        var updated = await writer.UpdateAsync(Known.Namespaces, request.Key, _ => body.Copy(), RequestOptions.Write(context), context.RequestAborted);
        await reader.ShowAsync(context, request, updated, 200);
    }

    /// <summary>Tokens are random text: the double authenticates nobody.</summary>
    private async Task TokenAsync(HttpContext context, ResourceRequest request)
    {
        store.Get(request.Resource, request.Key);
        var body = await RequestBody.ReadObjectAsync(context);
        var seconds = body.Number("spec", "expirationSeconds") ?? 3600;
        body["apiVersion"] = "authentication.k8s.io/v1";
        body["kind"] = "TokenRequest";
        body["status"] = new JsonObject
        {
            ["token"] = $"double.{Guid.NewGuid():N}",
            ["expirationTimestamp"] = Timestamps.Seconds(time.GetUtcNow().AddSeconds(seconds)),
        };
        await Answer.JsonAsync(context, body, 201);
    }

    private async Task SetScaleAsync(HttpContext context, ResourceRequest request)
    {
        Func<JsonObject, JsonObject> change = context.Request.Method == "PATCH"
            ? await PatchBody.ReadAsync(context, request.Resource)
            : await ReadScaleAsync(context);
        var updated = await writer.UpdateAsync(
            request.Resource,
            request.Key,
            current =>
            {
                var scale = change(Scale(new StoredObject(current)));
                current.Child("spec")["replicas"] = scale.Number("spec", "replicas") ?? 0;
                return current;
            },
            RequestOptions.Write(context),
            context.RequestAborted);
        await ShowScaleAsync(context, updated);
    }

    private static async Task<Func<JsonObject, JsonObject>> ReadScaleAsync(HttpContext context)
    {
        var body = await RequestBody.ReadObjectAsync(context);
        return _ => body;
    }

    private static Task ShowScaleAsync(HttpContext context, StoredObject o) => Answer.JsonAsync(context, Scale(o));

    private static JsonObject Scale(StoredObject o)
    {
        var node = o.ToNode();
        var metadata = node.Metadata();
        var scale = new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = new JsonObject(new[] { "name", "namespace", "uid", "resourceVersion", "creationTimestamp" }.Select(f => KeyValuePair.Create(f, metadata[f].Copy()))),
            ["spec"] = new JsonObject { ["replicas"] = node.Number("spec", "replicas") ?? 0 },
            ["status"] = new JsonObject { ["replicas"] = node.Number("status", "replicas") ?? 0 },
        };
        if (node.At("spec", "selector", "matchLabels") is JsonObject labels)
        {
            scale.Child("status")["selector"] = string.Join(",", labels.Select(l => $"{l.Key}={l.Value?.GetValue<string>()}"));
        }

        return scale;
    }
}
