using System.CommandLine;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Host;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Notices.Clouds;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent;

/// <summary>The command line: reads every option, tells all that is wrong at once, then runs the agent until it is told to stop.</summary>
internal static class AgentCommand
{
    private const int InvalidOptionsExitCode = 2;

    private static readonly Option<string> Node = new("--node") { Description = "Name of the Node object this agent serves.", Required = true };
    private static readonly Option<string?> Kubeconfig = new("--kubeconfig") { Description = "Kubeconfig file; without it the pod's service account is used." };
    private static readonly Option<string> Listen = new("--listen") { Description = "IP:PORT of the mTLS endpoint for other agents; the next port takes the images of moves, over mTLS too.", Required = true };
    private static readonly Option<string> TlsCa = new("--tls-ca") { Description = "PEM file: CA of all agents of the cluster.", DefaultValueFactory = _ => NodePaths.TlsFolder + "/ca.crt" };
    private static readonly Option<string> TlsCert = new("--tls-cert") { Description = "PEM file: this agent's certificate, CN = node name.", DefaultValueFactory = _ => NodePaths.TlsFolder + "/tls.crt" };
    private static readonly Option<string> TlsKey = new("--tls-key") { Description = "PEM file: key of the certificate.", DefaultValueFactory = _ => NodePaths.TlsFolder + "/tls.key" };
    private static readonly Option<bool> Enrol = new("--enrol") { Description = $"Make the three files, and renew them, by certificate signing requests to {Names.AgentSigner}; without it they must be there, and are read again when they change." };
    private static readonly Option<string> Namespace = new("--namespace") { Description = "Namespace of Rebalancer's own objects.", DefaultValueFactory = _ => Names.SystemNamespace };
    private static readonly Option<string> ServiceAccount = new("--service-account") { Description = "Folder with token and ca.crt of the pod's service account, where there is no --kubeconfig.", DefaultValueFactory = _ => ClusterConnection.UsualFolder };
    private static readonly Option<string?> StatusListen = new("--status-listen") { Description = "IP:PORT of /metrics, /healthz and /readyz over plain HTTP; without it there are none." };
    private static readonly Option<string?> MetadataUrl = new("--metadata-url") { Description = "Base of the machine's metadata service; without it http://169.254.169.254, as in every cloud." };
    private static readonly Option<string> CloudName = new("--cloud") { Description = "Whose notices that the node goes away are read: aws, gcp, azure, none, or auto: by the Node's provider id, else by asking.", DefaultValueFactory = _ => CloudChoice.Auto };
    private static readonly Option<bool> KeepEvents = new("--keep-events") { Description = "Do not acknowledge Azure's scheduled events when the pods have left; Azure then waits for its time." };
    private static readonly Option<long> CopyLimit = new("--copy-limit-mbit") { Description = "Mbit/s that moves may send together while their pods still run; 0: no limit. What is sent in a freeze is not limited." };
    private static readonly Option<string> Tracker = new("--tracker") { Description = "How written pages are told: WriteProtect, SoftDirty, Hash, or Auto for the first of these that works here.", DefaultValueFactory = _ => AgentOptionsValidator.BestTracker };
    private static readonly Option<string> Compression = new("--compression") { Description = "Auto: what is sent is compressed where that is measured to be faster; Never.", DefaultValueFactory = _ => AgentOptionsValidator.CompressionByNeed };
    private static readonly Option<string> ContainerdRoot = new("--containerd-root") { Description = "Root of runc's state.", DefaultValueFactory = _ => "/run/containerd/runc/k8s.io" };
    private static readonly Option<string> Runc = new("--runc") { Description = "Path of runc.", DefaultValueFactory = _ => RuncPlaces.InOrder.FirstOrDefault(File.Exists, RuncPlaces.InOrder[0]) };
    private static readonly Option<string> Criu = new("--criu") { Description = "Path of criu.", DefaultValueFactory = _ => File.Exists(NodePaths.BundledCriu) ? NodePaths.BundledCriu : "/usr/sbin/criu" };

    public static async Task<int> RunAsync(string[] args)
    {
        var command = new RootCommand("Rebalancer's node agent: moves running pods from and to this node.")
        {
            Node, Kubeconfig, Listen, TlsCa, TlsCert, TlsKey, MetadataUrl, CloudName, KeepEvents, CopyLimit, Tracker, Compression, ContainerdRoot, Runc, Criu,
            Enrol, Namespace, ServiceAccount, StatusListen, EnterCommand.Create(), InstallCommand.Create(), UninstallCommand.Create(), WaitCommand.Create(),
        };
        command.SetAction(async (result, cancellation) =>
        {
            var input = Read(result);
            var errors = AgentOptionsValidator.Validate(input, File.Exists);
            foreach (var error in errors) { await Console.Error.WriteLineAsync(error); }
            return errors.Count > 0 ? InvalidOptionsExitCode : await AgentHost.RunAsync(AgentOptionsValidator.ToOptions(input), cancellation);
        });
        return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = AgentHost.StopLimit });
    }

    private static AgentInput Read(ParseResult result) => new(
        result.GetValue(Node) ?? "", result.GetValue(Kubeconfig), result.GetValue(Listen) ?? "", result.GetValue(TlsCa) ?? "", result.GetValue(TlsCert) ?? "",
        result.GetValue(TlsKey) ?? "", result.GetValue(MetadataUrl), result.GetValue(ContainerdRoot)!, result.GetValue(Runc)!, result.GetValue(Criu)!, result.GetValue(CopyLimit),
        result.GetValue(Tracker)!, result.GetValue(Compression)!)
    {
        Enrol = result.GetValue(Enrol),
        Namespace = result.GetValue(Namespace)!,
        ServiceAccount = result.GetValue(ServiceAccount)!,
        StatusListen = result.GetValue(StatusListen),
        Cloud = result.GetValue(CloudName)!,
        KeepEvents = result.GetValue(KeepEvents),
    };
}
