using System.Text.Json.Nodes;

namespace Rebalancer.Testing.Admission;

/// <summary>All of admission, in the real server's order: mutating webhooks, policies, validating webhooks.</summary>
internal sealed class Admissions(PolicyAdmission policies, WebhookAdmission webhooks) : IAdmission
{
    public Task<JsonObject> MutateAsync(AdmissionRequest request, CancellationToken cancellationToken) => webhooks.MutateAsync(request, cancellationToken);

    public Task ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        policies.Validate(request);
        return webhooks.ValidateAsync(request, cancellationToken);
    }
}
