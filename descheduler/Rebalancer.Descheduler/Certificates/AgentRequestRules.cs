using System.Net;
using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Certificates;

/// <summary>
/// Who gets an agent's certificate: only the agent's service account, for the node that its pod's token is bound to and under the addresses of that node.
/// A token that was stolen from one node gives nobody the name of another.
/// </summary>
internal static class AgentRequestRules
{
    private static readonly string[] AllowedUsages = ["digital signature", "server auth", "client auth"];

    /// <summary>Everything that is wrong with the request; empty: it may be signed.</summary>
    /// <param name="request">As the API server holds it: spec.username and spec.extra are the server's word, not the requester's.</param>
    /// <param name="asked">What it asks for.</param>
    /// <param name="node">The Node object that it names; null: there is none.</param>
    /// <param name="systemNamespace">Where the agents' service account is.</param>
    public static IReadOnlyList<string> Check(V1CertificateSigningRequest request, AgentRequest asked, V1Node? node, string systemNamespace)
    {
        var errors = new List<string>();
        var account = $"system:serviceaccount:{systemNamespace}:{Names.AgentAccount}";
        if (request.Spec.Username != account) { errors.Add($"spec.username '{request.Spec.Username}', expected {account}"); }
        var tokens = request.Spec.Extra is { } extra && extra.TryGetValue(Names.NodeOfToken, out var said) ? said : [];
        if (tokens is not [var bound] || bound != asked.Node) { errors.Add($"spec.extra {Names.NodeOfToken} '{string.Join(',', tokens)}', expected '{asked.Node}' as the subject says"); }
        if (request.Spec.Usages?.Except(AllowedUsages).ToList() is { Count: > 0 } more) { errors.Add($"spec.usages '{string.Join(',', more)}', allowed are {string.Join(", ", AllowedUsages)}"); }
        if (asked.DnsNames.Where(name => name != asked.Node).ToList() is { Count: > 0 } others) { errors.Add($"DNS names '{string.Join(',', others)}', expected none but '{asked.Node}'"); }
        if (node is null) { errors.Add($"there is no node '{asked.Node}'"); }
        var own = node?.Status?.Addresses?.Select(each => each.Address).ToHashSet(StringComparer.Ordinal) ?? [];
        if (asked.Addresses.Where(address => !Has(own, address)).ToList() is { Count: > 0 } foreign) { errors.Add($"addresses '{string.Join(',', foreign)}' are not in status.addresses of node '{asked.Node}'"); }
        return errors;
    }

    private static bool Has(HashSet<string> own, IPAddress address) => own.Any(text => IPAddress.TryParse(text, out var known) && known.Equals(address));
}
