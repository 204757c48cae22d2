using System.CommandLine;
using k8s;
using k8s.Exceptions;
using k8s.KubeConfigModels;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Model;
using YamlDotNet.Core;

namespace Rebalancer.Cli.Cluster;

/// <summary>Which cluster is meant, as kubectl has it: --kubeconfig, else the files of KUBECONFIG, else ~/.kube/config, else the cluster that this runs in.</summary>
internal sealed class ClusterOptions
{
    private const string Variable = "KUBECONFIG";
    private const string DefaultNamespace = "default";

    private readonly Option<FileInfo?> kubeconfig = new("--kubeconfig") { Description = "File with clusters and credentials." };
    private readonly Option<string?> context = new("--context") { Description = "Context of the kubeconfig; otherwise its current one." };
    private readonly Option<string?> ns = new("--namespace", "-n") { Description = "Namespace; otherwise the context's." };

    /// <param name="namespaced">The verb is about objects of a namespace.</param>
    public void AddTo(Command command, bool namespaced = false)
    {
        command.Add(kubeconfig);
        command.Add(context);
        if (namespaced)
        {
            command.Add(ns);
        }
    }

    /// <exception cref="CliException">There is no such file or context, or it makes no sense.</exception>
    public ClusterConnection Connect(ParseResult parsed, TimeProvider clock)
    {
        var (configuration, user) = Read(parsed);
        return Connection(configuration, parsed, user, clock);
    }

    /// <exception cref="CliException">As <see cref="Connect"/>.</exception>
    public KubernetesClientConfiguration Configuration(ParseResult parsed) => Read(parsed).Configuration;

    private (KubernetesClientConfiguration Configuration, string? User) Read(ParseResult parsed)
    {
        var files = Files(parsed.GetValue(kubeconfig));
        if (files.Length == 0 && KubernetesClientConfiguration.IsInCluster())
        {
            return (KubernetesClientConfiguration.InClusterConfig(), null);
        }

        try
        {
            var loaded = Merge([.. files.Select(f => KubernetesClientConfiguration.LoadKubeConfig(f))]);
            var configuration = KubernetesClientConfiguration.BuildConfigFromConfigObject(loaded, parsed.GetValue(context));
            return (configuration, User(loaded, configuration.CurrentContext));
        }
        catch (Exception e) when (e is KubeConfigException or YamlException or IOException or UnauthorizedAccessException or FormatException or ArgumentException or InvalidOperationException)
        {
            throw CliException.Bad(new InvalidField("kubeconfig " + string.Join(", ", files.Select(f => f.FullName)), "context", parsed.GetValue(context) ?? "", $"a context that can be used ({e.Message})"));
        }
    }

    private ClusterConnection Connection(KubernetesClientConfiguration configuration, ParseResult parsed, string? user, TimeProvider clock)
        => new(new k8s.Kubernetes(configuration, new RetryAfterHandler(clock)), parsed.GetValue(ns) ?? (configuration.Namespace is { Length: > 0 } own ? own : DefaultNamespace), user);

    private static FileInfo[] Files(FileInfo? asked)
    {
        if (asked is { Exists: false })
        {
            throw CliException.Bad(new InvalidField("--kubeconfig", "value", asked.FullName, "a file that exists"));
        }

        if (asked is not null)
        {
            return [asked];
        }

        var named = Environment.GetEnvironmentVariable(Variable)?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        var usual = new FileInfo(KubernetesClientConfiguration.KubeConfigDefaultLocation);
        FileInfo[] files = named.Length > 0 ? [.. named.Select(n => new FileInfo(n)).Where(f => f.Exists)] : usual.Exists ? [usual] : [];
        return files.Length > 0 || KubernetesClientConfiguration.IsInCluster() ? files
            : throw CliException.Bad(new InvalidField("--kubeconfig", "value", "", $"a file; neither {Variable} nor {usual.FullName} leads to one"));
    }

    /// <summary>What the first file says of a name counts, as in kubectl.</summary>
    private static K8SConfiguration Merge(K8SConfiguration[] all)
    {
        var first = all[0];
        first.CurrentContext = all.Select(c => c.CurrentContext).FirstOrDefault(c => !string.IsNullOrEmpty(c));
        first.Contexts = [.. all.SelectMany(c => c.Contexts ?? []).DistinctBy(c => c.Name)];
        first.Clusters = [.. all.SelectMany(c => c.Clusters ?? []).DistinctBy(c => c.Name)];
        first.Users = [.. all.SelectMany(c => c.Users ?? []).DistinctBy(u => u.Name)];
        return first;
    }

    private static string? User(K8SConfiguration configuration, string? context) => configuration.Contexts?.FirstOrDefault(c => c.Name == context)?.ContextDetails?.User;
}
