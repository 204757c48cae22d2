using System.Net;
using System.Net.Sockets;
using Rebalancer.Lab.Certificates;
using Rebalancer.Lab.Network;
using Rebalancer.Lab.Nodes;

namespace Rebalancer.Lab.Product;

/// <summary>Starts the agent of a node as its DaemonSet would: in the node's namespaces, with its certificate and its kubeconfig.</summary>
internal static class AgentProcess
{
    private const string LocalSocket = "/run/rebalancer/agent.sock";
    private const string TlsFolder = "/etc/rebalancer/tls";
    /// <summary>Has every agent of the lab tell written pages in this way only.</summary>
    private const string TrackerVariable = "REBALANCER_LAB_TRACKER";
    private const string Kubeconfig = "/etc/rebalancer/kubeconfig";

    public static SupervisedProcess Start(LabNode node, ClusterCertificates certificates, Action<string> writeKubeconfig, string logFolder, TimeProvider time)
    {
        certificates.Write(node.Root + TlsFolder, node.Name, IPAddress.Parse(node.Address));
        writeKubeconfig(node.Root + Kubeconfig);
        string[] agent =
        [
            "/opt/rebalancer/agent/Rebalancer.Agent", "--node", node.Name, "--kubeconfig", Kubeconfig, "--listen", $"{node.Address}:{Addresses.AgentPort}",
            "--tls-ca", $"{TlsFolder}/ca.crt", "--tls-cert", $"{TlsFolder}/tls.crt", "--tls-key", $"{TlsFolder}/tls.key",
            .. node.Options.MetadataUrl is { } url ? (string[])["--metadata-url", url] : ["--cloud", "none"],
            .. Environment.GetEnvironmentVariable(TrackerVariable) is { Length: > 0 } tracker ? (string[])["--tracker", tracker] : [],
            .. node.Options.AgentArguments,
        ];
        EndPoint[] endPoints = [new UnixDomainSocketEndPoint(node.Root + LocalSocket), new IPEndPoint(IPAddress.Parse(node.Address), Addresses.AgentPort)];
        return new SupervisedProcess(
            () => node.StartProcess("agent", agent),
            cancel => Readiness.WaitAsync($"agent of {node.Name} listens on {LocalSocket} and on port {Addresses.AgentPort}", $"{logFolder}/agent.log", endPoints, cancel),
            time);
    }
}
