using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using k8s;
using Rebalancer.Descheduler.Evictions;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Descheduler.Rebalancing;
using Rebalancer.Descheduler.Status;
using Rebalancer.Descheduler.Webhook;
using Rebalancer.Kubernetes.Hosting;

namespace Rebalancer.Descheduler;

/// <summary>The command line of the controller.</summary>
internal static class DeschedulerCommand
{
    private const long MaximumBandwidthMbit = 10_000_000;

    public static RootCommand Create()
    {
        var kubeconfig = new Option<FileInfo?>("--kubeconfig") { Description = "How to reach the API server; without it the pod's service account." };
        var listen = new Option<IPEndPoint>("--webhook-listen")
        {
            Description = "IP:PORT where the claim webhook listens.",
            DefaultValueFactory = _ => new IPEndPoint(IPAddress.Any, 9443),
            CustomParser = ParseEndPoint,
        };
        var status = new Option<IPEndPoint?>("--status-listen") { Description = "IP:PORT of /metrics, /healthz and /readyz over plain HTTP; without it there are none.", CustomParser = ParseEndPoint };
        var url = new Option<Uri?>("--webhook-url") { Description = $"https URL by which the API server reaches the webhooks; without it https://IP:PORT of --webhook-listen, and where that is every address the Service {DeschedulerOptions.WebhookService}." };
        var ledger = new Option<FileInfo?>("--ledger") { Description = "File of the savings ledger (SQLite), on a volume that outlives the pod where it is to; without it none is kept." };
        var bandwidth = new Option<long>("--cluster-bandwidth") { Description = $"Mbit/s that all moves together may send while their pods run, divided evenly; 0: no limit. At most {MaximumBandwidthMbit}." };
        bandwidth.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long>() is < 0 or > MaximumBandwidthMbit) { result.AddError($"--cluster-bandwidth must be between 0 and {MaximumBandwidthMbit} Mbit/s"); }
        });
        var interval = Seconds("--plan-interval", "Seconds between two plans of a policy while things change.", PlanOptions.Default.Interval, 1, 86400);
        var time = Seconds("--plan-time", "Seconds that one plan may be sought; 0: the first that is found.", PlanOptions.Default.Time, 0, 600);
        var settle = Seconds("--plan-settle", "Seconds that a plan waits before it is looked at again and begins.", PlanOptions.Default.Settle, 0, 3600);
        var command = new RootCommand("Moves running pods between nodes: the controller and its claim webhook.") { kubeconfig, listen, url, status, ledger, bandwidth, interval, time, settle };
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = new DeschedulerOptions
            {
                Api = Api(parsed.GetValue(kubeconfig)),
                WebhookListen = parsed.GetValue(listen)!,
                WebhookUrl = parsed.GetValue(url),
                StatusListen = parsed.GetValue(status),
                LedgerPath = parsed.GetValue(ledger)?.FullName,
                Limits = new MoveLimits { ClusterBandwidthMbit = parsed.GetValue(bandwidth) },
                Plans = new PlanOptions(TimeSpan.FromSeconds(parsed.GetValue(interval)), TimeSpan.FromSeconds(parsed.GetValue(time)), TimeSpan.FromSeconds(parsed.GetValue(settle))),
            };
            await Build(options, []).RunAsync(cancellation);
            return 0;
        });
        return command;
    }

    public static WebApplication Build(DeschedulerOptions options, string[] arguments)
    {
        var app = WebApplication.CreateBuilder(HostArguments.With(arguments)).AddDescheduler(options).Build();
        app.MapClaim();
        app.MapEviction();
        app.MapStatus(options);
        return app;
    }

    private static Option<double> Seconds(string name, string description, TimeSpan usual, double least, double most)
    {
        var option = new Option<double>(name) { Description = $"{description} {least} to {most}, default {usual.TotalSeconds}.", DefaultValueFactory = _ => usual.TotalSeconds };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is var value && !(value >= least && value <= most)) { result.AddError($"{name} is {value}, expected {least} to {most} seconds"); }
        });
        return option;
    }

    private static KubernetesClientConfiguration Api(FileInfo? kubeconfig)
        => kubeconfig is null ? KubernetesClientConfiguration.InClusterConfig() : KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig);

    private static IPEndPoint? ParseEndPoint(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        if (IPEndPoint.TryParse(text, out var endPoint) && endPoint.Port > 0)
        {
            return endPoint;
        }

        argument.AddError($"{(argument.Parent as OptionResult)?.Option.Name} is '{text}', expected IP:PORT such as 10.0.0.1:9443");
        return null;
    }
}
