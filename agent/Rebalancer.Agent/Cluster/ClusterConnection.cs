using System.Security.Cryptography.X509Certificates;
using k8s;
using k8s.Authentication;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Agent.Cluster;

/// <summary>
/// How the agent reaches the API server. It works in its node's file system, where the pod's service account is not in the usual place, so the folder is an
/// option; the token in it changes every hour and is read anew.
/// </summary>
internal static class ClusterConnection
{
    public const string UsualFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    public static k8s.Kubernetes Open(AgentOptions options, TimeProvider clock) =>
        new(options.Kubeconfig is { } file ? KubernetesClientConfiguration.BuildConfigFromConfigFile(file) : OfServiceAccount(options.ServiceAccount), new RetryAfterHandler(clock));

    private static KubernetesClientConfiguration OfServiceAccount(string folder)
    {
        var host = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST");
        var port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT");
        if (string.IsNullOrEmpty(host) || string.IsNullOrEmpty(port))
        {
            throw new InvalidOperationException("neither --kubeconfig nor KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT say where the API server is");
        }

        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile($"{folder}/ca.crt");
        return new KubernetesClientConfiguration
        {
            Host = $"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}",
            TokenProvider = new TokenFileAuth($"{folder}/token"),
            SslCaCerts = authorities,
        };
    }
}
