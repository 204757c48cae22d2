using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Kinds;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Http;

/// <summary>Answers requests for collections and objects.</summary>
internal sealed class ObjectEndpoint(
    ObjectStore store, ObjectReader reader, ObjectWatcher watcher, ObjectWriter writer, ObjectDeleter deleter, Subresources subresources, ListPages pages)
{
    public Task HandleAsync(HttpContext context, ResourceRequest request, CancellationToken stopping)
    {
        if (request.Subresource is not ("" or "status"))
        {
            return subresources.HandleAsync(context, request);
        }

        if (request.Subresource == "status" && !request.Resource.HasStatus)
        {
            throw Failures.UnknownPath();
        }

        var verb = context.Request.Method;
        return (verb, request.Name.Length > 0) switch
        {
            ("GET", false) when RequestOptions.IsTrue(context, "watch") => watcher.WatchAsync(context, request, stopping),
            ("GET", false) => reader.ListAsync(context, request),
            ("GET", true) => reader.GetAsync(context, request),
            ("POST", false) when request.Subresource.Length == 0 => CreateAsync(context, request),
            ("PUT", true) => ReplaceAsync(context, request),
            ("PATCH", true) => PatchAsync(context, request),
            ("DELETE", true) when request.Subresource.Length == 0 => DeleteAsync(context, request),
            ("DELETE", false) => DeleteCollectionAsync(context, request),
            _ => throw Failures.MethodNotAllowed(),
        };
    }

    private async Task CreateAsync(HttpContext context, ResourceRequest request)
    {
        var options = RequestOptions.Write(context);
        var body = await RequestBody.ReadObjectAsync(context);
        var created = await writer.CreateAsync(request.Stored, request.Namespace, EventForms.ToStored(request.Resource, body), options, context.RequestAborted);
        Answer.AddWarnings(context, options);
        await reader.ShowAsync(context, request, created, 201);
    }

    private async Task ReplaceAsync(HttpContext context, ResourceRequest request)
    {
        var options = RequestOptions.Write(context, request.Subresource);
        var body = await RequestBody.ReadObjectAsync(context);
        if (request.Resource.Custom && string.IsNullOrEmpty(body.Text("metadata", "resourceVersion")))
        {
            store.Get(request.Resource, request.Key);
            throw Failures.VersionMissing(request.Resource, request.Name);
        }

        var updated = await writer.UpdateAsync(request.Stored, request.Key, EventForms.OfStored(request.Resource, _ => body.Copy()), options, context.RequestAborted);
        Answer.AddWarnings(context, options);
        await reader.ShowAsync(context, request, updated, 200);
    }

    private async Task PatchAsync(HttpContext context, ResourceRequest request)
    {
        var options = RequestOptions.Write(context, request.Subresource);
        var patch = await PatchBody.ReadAsync(context, request.Resource);
        var updated = await writer.UpdateAsync(request.Stored, request.Key, EventForms.OfStored(request.Resource, KeepUid), options, context.RequestAborted);
        Answer.AddWarnings(context, options);
        await reader.ShowAsync(context, request, updated, 200);

        JsonObject KeepUid(JsonObject current)
        {
            var uid = current.Text("metadata", "uid");
            var patched = patch(current);
            return patched.Text("metadata", "uid") == uid
                ? patched
                : throw Failures.Invalid(request.Resource, request.Name, [FieldError.Invalid("metadata.uid", $"\"{patched.Text("metadata", "uid")}\"", "field is immutable")]);
        }
    }

    private async Task DeleteAsync(HttpContext context, ResourceRequest request)
    {
        var delete = await ReadDeleteOptionsAsync(context);
        var outcome = await deleter.DeleteAsync(request.Stored, request.Key, delete, RequestOptions.Write(context), context.RequestAborted);

        // Pods and a few others answer with the object even when it is gone, as the real server does.
        var showsObject = request.Resource.Group.Length == 0 && request.Resource.Plural is "pods" or "persistentvolumeclaims" or "serviceaccounts" or "resourcequotas";
        await (showsObject || !outcome.Removed
            ? reader.ShowAsync(context, request, outcome.Object, 200)
            : Answer.SuccessAsync(context, request, outcome.Object));
    }

    private async Task DeleteCollectionAsync(HttpContext context, ResourceRequest request)
    {
        var delete = await ReadDeleteOptionsAsync(context);
        var page = pages.Read(context.Request, request, ObjectFilter.Parse(context.Request, request));
        foreach (var o in page.Objects)
        {
            try
            {
                await deleter.DeleteAsync(request.Stored, o.Key, delete, RequestOptions.Write(context), context.RequestAborted);
            }
            catch (ApiException e) when (e.Reason == "NotFound")
            {
                // Gone already: what was asked for.
                continue;
            }
        }

        await Answer.JsonAsync(context, Answer.Success());
    }

    private static async Task<DeleteOptions> ReadDeleteOptionsAsync(HttpContext context)
    {
        var body = await RequestBody.ReadAsync(context) as JsonObject;
        var options = DeleteOptions.Parse(body);
        var query = context.Request.Query;
        return options with
        {
            GracePeriodSeconds = options.GracePeriodSeconds ?? (long.TryParse(query["gracePeriodSeconds"], System.Globalization.CultureInfo.InvariantCulture, out var seconds) ? seconds : null),
            PropagationPolicy = options.PropagationPolicy ?? (query["propagationPolicy"].ToString() is { Length: > 0 } policy ? policy : null),
        };
    }
}
