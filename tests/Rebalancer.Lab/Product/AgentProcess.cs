using System.Net;
using System.Net.Sockets;
using Rebalancer.Lab.Certificates;
using Rebalancer.Lab.Network;
using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Product;

/// <summary>Starts the agent of a node as its DaemonSet would: in the node's namespaces, with its certificate and its kubeconfig.</summary>
internal static class AgentProcess
{
    private const string LocalSocket = "/run/rebalancer/agent.sock";
    private const string TlsFolder = "/etc/rebalancer/tls";
    private const string Kubeconfig = "/etc/rebalancer/kubeconfig";
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(2);

    public static SupervisedProcess Start(LabNode node, ClusterCertificates certificates, Action<string> writeKubeconfig, string logFolder, TimeProvider time)
    {
        certificates.Write(node.Root + TlsFolder, node.Name, IPAddress.Parse(node.Address));
        writeKubeconfig(node.Root + Kubeconfig);
        string[] agent =
        [
            "dotnet", "/opt/rebalancer/agent/Rebalancer.Agent.dll", "--node", node.Name, "--kubeconfig", Kubeconfig, "--listen", $"{node.Address}:{Addresses.AgentPort}",
            "--tls-ca", $"{TlsFolder}/ca.crt", "--tls-cert", $"{TlsFolder}/tls.crt", "--tls-key", $"{TlsFolder}/tls.key",
            .. node.Options.MetadataUrl is { } url ? (string[])["--metadata-url", url] : [],
            .. node.Options.AgentArguments,
        ];
        return new SupervisedProcess(() => node.StartProcess("agent", agent), cancel => WaitReadyAsync(node, $"{logFolder}/agent.log", cancel), time);
    }

    private static async Task WaitReadyAsync(LabNode node, string log, CancellationToken cancel)
    {
        try
        {
            await Poll.UntilAsync(() => AnswersAsync(node, cancel), ReadyLimit, $"agent of {node.Name} listens on {LocalSocket} and on port {Addresses.AgentPort}", cancel);
        }
        catch (TimeoutException error)
        {
            var tail = File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(20)) : "";
            throw new TimeoutException($"{error.Message}; its log ends:\n{tail}", error);
        }
    }

    private static async Task<bool> AnswersAsync(LabNode node, CancellationToken cancel)
    {
        try
        {
            using var local = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await local.ConnectAsync(new UnixDomainSocketEndPoint(node.Root + LocalSocket), cancel);
            using var remote = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await remote.ConnectAsync(IPAddress.Parse(node.Address), Addresses.AgentPort, cancel);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
