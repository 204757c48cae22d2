using Rebalancer.Kubernetes.Api;
using Rebalancer.Policy;

namespace Rebalancer.PolicyObjects;

/// <summary>spec.release.</summary>
internal static class ReleaseMapping
{
    public static NodeReleaseRules ToModel(PolicyFields fields, ReleaseSpec spec)
    {
        var usual = NodeReleaseRules.Default;
        var method = fields.Choice("release.method", spec.Method, usual.Method, Enum.GetValues<NodeReleaseMethod>().Select(m => (m.ToString(), m)).ToArray());
        return new NodeReleaseRules(method, fields.Duration("release.timeout", spec.Timeout, usual.Timeout, TimeSpan.FromMinutes(1), TimeSpan.FromHours(24)), Url(fields, method, spec.Url));
    }

    private static Uri? Url(PolicyFields fields, NodeReleaseMethod method, string? text)
    {
        if ((method == NodeReleaseMethod.Webhook) != (text is not null))
        {
            fields.Report("release.url", text ?? "", method == NodeReleaseMethod.Webhook ? "the http or https address that is told of emptied nodes" : "none, for only method Webhook has one");
        }
        else if (text is not null && !(Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme is "http" or "https")))
        {
            fields.Report("release.url", text, "an http or https address");
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var known) ? known : null;
    }
}
