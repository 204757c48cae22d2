using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using k8s;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Certificates;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Certificates;

/// <summary>
/// Answers the agents' CertificateSigningRequests. Runs in every replica: an answer is a compare-and-set, and the same from each of them.
/// Nothing waits for it but a new node's agent, so it looks every few seconds rather than watch.
/// </summary>
internal sealed partial class AgentSigner(ApiClient client, AgentAuthority authority, DeschedulerOptions options, TimeProvider clock, ILogger<AgentSigner> logger) : BackgroundService
{
    private const int MaximumRequests = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3), LongestLifetime = TimeSpan.FromDays(7);
    private static readonly string Query = $"limit={MaximumRequests}&fieldSelector={Uri.EscapeDataString("spec.signerName=" + Names.AgentSigner)}";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var told = "";
        while (true)
        {
            try
            {
                using var chain = await authority.EnsureAsync(stoppingToken);
                await AnswerAsync(chain, stoppingToken);
                told = "";
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException or CryptographicException or ArgumentException)
            {
                // The same news every few seconds would hide all other.
                if (e.Message != told) { Failed(logger, e.Message); }
                told = e.Message;
            }

            await Task.Delay(Interval, clock, stoppingToken);
        }
    }

    private async Task AnswerAsync(AuthorityChain chain, CancellationToken cancellation)
    {
        using var page = await client.ListPageAsync(ApiResource.CertificateRequests, Query, cancellation);
        foreach (var item in page.RootElement.GetProperty("items").EnumerateArray())
        {
            var request = KubernetesJson.Deserialize<V1CertificateSigningRequest>(item.GetRawText());
            if (request.Spec.SignerName == Names.AgentSigner && IsOpen(request)) { await AnswerAsync(chain, request, cancellation); }
        }
    }

    private static bool IsOpen(V1CertificateSigningRequest request) =>
        request.Status?.Certificate is not { Length: > 0 } && request.Status?.Conditions?.Any(condition => condition.Type is "Denied" or "Failed") != true;

    private async Task AnswerAsync(AuthorityChain chain, V1CertificateSigningRequest request, CancellationToken cancellation)
    {
        var name = request.Metadata.Name;
        try
        {
            var asked = AgentRequest.Parse(request);
            var node = await client.GetAsync<V1Node>(ApiResource.Nodes, null, asked.Node, cancellation);
            if (AgentRequestRules.Check(request, asked, node, options.Namespace) is { Count: > 0 } errors) { throw new FormatException(string.Join("; ", errors)); }
            var approved = request.Status?.Conditions?.Any(condition => condition.Type == "Approved") == true ? request : await ConcludeAsync(request, "Approved", "AgentOfNode", $"the agent of node {asked.Node}", cancellation);
            await IssueAsync(chain, approved, asked, cancellation);
            Signed(logger, asked.Node, name);
        }
        catch (FormatException e)
        {
            Denied(logger, name, request.Spec.Username, e.Message);
            await ConcludeAsync(request, "Denied", "NotAnAgent", e.Message, cancellation);
        }
        catch (ApiException e) when (e.IsConflict || e.IsNotFound)
        {
            // Another replica has answered.
        }
    }

    private Task<V1CertificateSigningRequest> ConcludeAsync(V1CertificateSigningRequest request, string type, string reason, string message, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var condition = new V1CertificateSigningRequestCondition { Type = type, Status = "True", Reason = reason, Message = message, LastUpdateTime = now, LastTransitionTime = now };
        var patch = new { metadata = new { resourceVersion = request.Metadata.ResourceVersion }, status = new { conditions = new[] { condition } } };
        return client.MergeAsync<V1CertificateSigningRequest>(ApiResource.CertificateRequests, null, request.Metadata.Name, patch, cancellation, "approval");
    }

    private async Task IssueAsync(AuthorityChain chain, V1CertificateSigningRequest request, AgentRequest asked, CancellationToken cancellation)
    {
        var lifetime = request.Spec.ExpirationSeconds is { } seconds && seconds < LongestLifetime.TotalSeconds ? TimeSpan.FromSeconds(seconds) : LongestLifetime;
        using var certificate = chain.Signer(clock).IssueTo(asked.Request, asked.Hosts, lifetime, clock);
        var patch = new { metadata = new { resourceVersion = request.Metadata.ResourceVersion }, status = new { certificate = Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()) } };
        await client.MergeAsync<V1CertificateSigningRequest>(ApiResource.CertificateRequests, null, request.Metadata.Name, patch, cancellation, "status");
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node}: its agent's certificate is signed ({Name})")]
    private static partial void Signed(ILogger logger, string node, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "CertificateSigningRequest {Name} of {User} is denied: {Cause}")]
    private static partial void Denied(ILogger logger, string name, string? user, string cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The agents' certificates wait: {Cause}")]
    private static partial void Failed(ILogger logger, string cause);
}
