using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Patching;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Admission;

/// <summary>Asks the configured webhooks: mutating ones in turn, in the order of their configurations' names; then validating ones.</summary>
internal sealed partial class WebhookAdmission(ObjectStore store, WebhookClient client, ILogger<WebhookAdmission> logger) : IAdmission
{
    public async Task<JsonObject> MutateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        foreach (var webhook in Matching(Known.MutatingWebhooks, request))
        {
            var response = await AskAsync(webhook, request, cancellationToken);
            if (response?.Text("patch") is { Length: > 0 } patch)
            {
                request = request with { Object = Patched(webhook, request.Object!, patch) };
            }
        }

        return request.Object!;
    }

    public async Task ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        foreach (var webhook in Matching(Known.ValidatingWebhooks, request))
        {
            await AskAsync(webhook, request, cancellationToken);
        }
    }

    private IEnumerable<Webhook> Matching(ResourceDescriptor configurations, AdmissionRequest request)
    {
        // Webhooks never judge the configuration of admission, or nobody could repair them.
        var all = store.List(configurations).Objects;
        if (all.Count == 0 || Known.IsAdmission(request.Resource))
        {
            return [];
        }

        var ns = NamespaceOf(request);
        return all.Values
            .SelectMany(c => c.Root.Items("webhooks"))
            .Select(w => new Webhook(w.Text("name") ?? "", w))
            .Where(w => w.Matches(request, ns));
    }

    private JsonElement? NamespaceOf(AdmissionRequest request) => request.Resource == Known.Namespaces
        ? JsonElement.Parse(Serialization.ToBytes((request.Object ?? request.OldObject)!))
        : request.Namespace.Length == 0 ? null : store.Find(Known.Namespaces, new("", request.Namespace))?.Root;

    /// <returns>Null when the webhook failed and its policy ignores that.</returns>
    private async Task<JsonObject?> AskAsync(Webhook webhook, AdmissionRequest request, CancellationToken cancellationToken)
    {
        JsonObject response;
        try
        {
            response = await client.CallAsync(webhook, request, cancellationToken);
        }
        catch (WebhookCallException e)
        {
            if (!webhook.IgnoresFailures)
            {
                throw Failures.Internal($"failed calling webhook \"{webhook.Name}\": failed to call webhook: {e.Message}");
            }

            FailingOpen(logger, webhook.Name, e.Message);
            return null;
        }

        request.Options.Warnings.AddRange(response["warnings"] is JsonArray warnings ? warnings.Select(w => w!.GetValue<string>()) : []);
        return response.Flag("allowed") ? response : throw Denial(webhook, response);
    }

    private static ApiException Denial(Webhook webhook, JsonObject response)
    {
        var code = response.Number("status", "code") is >= 400 and var given ? (int)given : 400;
        var reason = response.Text("status", "reason") ?? "";
        var why = response.Text("status", "message") is { Length: > 0 } message ? $": {message}" : reason.Length > 0 ? $": {reason}" : " without explanation";
        return new ApiException(code, reason, $"admission webhook \"{webhook.Name}\" denied the request{why}");
    }

    private static JsonObject Patched(Webhook webhook, JsonObject o, string patch)
    {
        try
        {
            var operations = JsonNode.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(patch)))!.AsArray();
            return JsonPatch.Apply(o, operations).AsObject();
        }
        catch (Exception e) when (e is JsonPatchException or JsonException or FormatException or InvalidOperationException)
        {
            throw Failures.Internal($"webhook \"{webhook.Name}\" answered with a patch that does not apply: {e.Message}");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Failed calling webhook, failing open {Webhook}: {Cause}")]
    private static partial void FailingOpen(ILogger logger, string webhook, string cause);
}
