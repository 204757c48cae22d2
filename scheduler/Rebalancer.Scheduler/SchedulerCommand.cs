using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using k8s;
using Rebalancer.Kubernetes.Hosting;
using Rebalancer.Kubernetes.Leases;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Policy.Cost.Catalogue;

namespace Rebalancer.Scheduler;

/// <summary>The command line of the extender.</summary>
internal static class SchedulerCommand
{
    private const int DefaultPort = 8888;
    private const string LeaseName = "rebalancer-scheduler";

    public static RootCommand Create()
    {
        var kubeconfig = new Option<FileInfo?>("--kubeconfig") { Description = "How to reach the API server; without it the pod's service account." };
        var listen = new Option<IPEndPoint>("--listen") { Description = "IP:PORT where kube-scheduler asks.", DefaultValueFactory = _ => new IPEndPoint(IPAddress.Any, DefaultPort), CustomParser = ParseEndPoint };
        var certificate = new Option<FileInfo?>("--tls-cert") { Description = "Certificate (PEM) to serve HTTPS with; with --tls-key." };
        var key = new Option<FileInfo?>("--tls-key") { Description = "Its private key (PEM)." };
        var prices = new Option<FileInfo?>("--prices") { Description = "Prices as CSV: instance_type,region,zone,capacity_type,usd_per_hour." };
        var bind = new Option<bool>("--bind") { Description = "Answer /bind too. Only for a scheduler whose configuration names a bindVerb." };
        var publish = new Option<string?>("--publish-namespace") { Description = "Publish cost and hazard on the nodes, from the replica that holds the Lease in this namespace; without it none does." };
        var command = new RootCommand("Scheduler extender: scores nodes by cost and risk, and keeps pods off what moves have reserved.") { kubeconfig, listen, certificate, key, prices, bind, publish };
        command.SetAction(async (parsed, cancellation) =>
        {
            var problems = new List<InvalidField>();
            var options = new SchedulerOptions
            {
                Api = Api(parsed.GetValue(kubeconfig)),
                Listen = parsed.GetValue(listen)!,
                Certificate = Certificate(parsed.GetValue(certificate), parsed.GetValue(key), problems),
                Policy = Policy(parsed.GetValue(prices), problems),
                Bind = parsed.GetValue(bind),
                Publishing = parsed.GetValue(publish) is { Length: > 0 } ns ? new LeaseOptions { Namespace = ns, Name = LeaseName, Identity = $"{Environment.MachineName}-{Environment.ProcessId}" } : null,
            };
            problems.ForEach(Console.Error.WriteLine);
            if (problems.Count > 0) { return 1; }
            await Build(options, []).RunAsync(cancellation);
            return 0;
        });
        return command;
    }

    public static WebApplication Build(SchedulerOptions options, string[] arguments) => WebApplication.CreateBuilder(HostArguments.With(arguments)).AddScheduler(options).Build().MapScheduler();

    private static KubernetesClientConfiguration Api(FileInfo? kubeconfig)
        => kubeconfig is null ? KubernetesClientConfiguration.InClusterConfig() : KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig);

    private static X509Certificate2? Certificate(FileInfo? certificate, FileInfo? key, List<InvalidField> problems)
    {
        if (certificate is null && key is null) { return null; }
        try
        {
            if (certificate is not null && key is not null) { return X509Certificate2.CreateFromPemFile(certificate.FullName, key.FullName); }
            problems.Add(new InvalidField(certificate is null ? "--tls-cert" : "--tls-key", "file", "", "a file, since the other one is given"));
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            problems.Add(new InvalidField("--tls-cert and --tls-key", "files", $"{certificate}, {key}", $"a certificate and its key in PEM ({e.Message})"));
        }

        return null;
    }

    private static PlanPolicy Policy(FileInfo? prices, List<InvalidField> problems)
    {
        var policy = new PlanPolicy();
        var catalogues = policy.Pricing.Catalogues;
        try
        {
            if (prices is not null) { catalogues = catalogues.Add(PriceFile.Read(prices.Name, File.ReadAllText(prices.FullName), problems)); }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new InvalidField("--prices", "file", prices!.FullName, $"a file that can be read ({e.Message})"));
        }

        return policy with { Pricing = policy.Pricing with { Catalogues = catalogues.Add(Ec2Catalogue.Instance) } };
    }

    private static IPEndPoint? ParseEndPoint(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        if (IPEndPoint.TryParse(text, out var endPoint) && endPoint.Port > 0) { return endPoint; }
        argument.AddError($"--listen is '{text}', expected IP:PORT such as 0.0.0.0:{DefaultPort}");
        return null;
    }
}
