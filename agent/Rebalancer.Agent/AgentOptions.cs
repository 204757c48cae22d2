using System.Net;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Notices.Clouds;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent;

/// <summary>How this agent was started. Read from the command line and validated as a whole by AgentCommand.</summary>
internal sealed record AgentOptions
{
    /// <summary>The link-local address of every cloud's metadata service.</summary>
    public static readonly Uri UsualMetadata = new("http://169.254.169.254/");

    /// <summary>Name of the Node object that this agent serves.</summary>
    public required string Node { get; init; }
    /// <summary>Kubeconfig file; null: the service account of the pod the agent runs in.</summary>
    public string? Kubeconfig { get; init; }
    /// <summary>Address and port of the mTLS endpoint that other agents use.</summary>
    public required IPEndPoint Listen { get; init; }
    /// <summary>Where the images of moves come in: the next port, or any free one where the first is any.</summary>
    public IPEndPoint ListenImages => new(Listen.Address, Listen.Port == 0 ? 0 : Listen.Port + 1);
    /// <summary>PEM files: the cluster's CA for agents, and this node's certificate (CN = node name) and key.</summary>
    public required string TlsCa { get; init; }
    public required string TlsCert { get; init; }
    public required string TlsKey { get; init; }
    /// <summary>The three files are made and renewed by certificate signing requests.</summary>
    public bool IsEnrolled { get; init; }
    /// <summary>Namespace of Rebalancer's own objects.</summary>
    public string Namespace { get; init; } = Names.SystemNamespace;
    /// <summary>Folder with token and ca.crt of the pod's service account.</summary>
    public string ServiceAccount { get; init; } = ClusterConnection.UsualFolder;
    /// <summary>Where metrics and health are answered; null: nowhere.</summary>
    public IPEndPoint? StatusListen { get; init; }
    /// <summary>Base of the machine's metadata service; every cloud has it at the same link-local address.</summary>
    public Uri MetadataUrl { get; init; } = UsualMetadata;
    /// <summary>Whose notices are read, of <see cref="CloudChoice.Names"/>.</summary>
    public string Cloud { get; init; } = CloudChoice.Auto;
    /// <summary>A cloud that waits for a word before it takes the machine is told when the pods have left.</summary>
    public bool CanAcknowledge { get; init; } = true;
    /// <summary>Rate of what all moves send ahead while their pods run, in bytes per second; 0: no limit.</summary>
    public long CopyBytesPerSecond { get; init; }
    /// <summary>What is sent may be compressed where the link is what a move waits for.</summary>
    public bool CanCompress { get; init; } = true;
    /// <summary>The only one of <see cref="Rebalancer.Kubernetes.Api.Trackers"/> that is used; null: the best that works here.</summary>
    public string? Tracker { get; init; }
    /// <summary>Root folder of runc's state as containerd's shim passes it.</summary>
    public string ContainerdRoot { get; init; } = "/run/containerd/runc/k8s.io";
    public string Runc { get; init; } = "/usr/sbin/runc";
    public string Criu { get; init; } = "/usr/sbin/criu";
}
