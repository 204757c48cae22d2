using System.Net;
using System.Text.RegularExpressions;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Memory;
using Rebalancer.Agent.Notices.Clouds;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent;

/// <summary>The command line as typed.</summary>
internal sealed record AgentInput(
    string Node, string? Kubeconfig, string Listen, string TlsCa, string TlsCert, string TlsKey, string? MetadataUrl, string ContainerdRoot, string Runc, string Criu, long CopyLimitMbit = 0,
    string Tracker = AgentOptionsValidator.BestTracker, string Compression = AgentOptionsValidator.CompressionByNeed)
{
    public bool Enrol { get; init; }
    public string Namespace { get; init; } = Names.SystemNamespace;
    public string ServiceAccount { get; init; } = ClusterConnection.UsualFolder;
    public string? StatusListen { get; init; }
    public string Cloud { get; init; } = CloudChoice.Auto;
    public bool KeepEvents { get; init; }
}

internal static partial class AgentOptionsValidator
{
    /// <summary>Of --tracker: the best that works on this node.</summary>
    public const string BestTracker = "Auto";
    private static readonly string[] TrackerNames = [BestTracker, .. TrackerKind.InOrder.Select(kind => kind.Name)];
    /// <summary>Of --compression: where the link is the limit, or not at all.</summary>
    public const string CompressionByNeed = "Auto", NoCompression = "Never";
    private const long MaximumMbit = 1_000_000;
    private const long BytesPerMbit = 125_000;

    /// <summary>Every error of the input, each naming the option and its value; empty: the input is good.</summary>
    public static IReadOnlyList<string> Validate(AgentInput input, Func<string, bool> fileExists)
    {
        var errors = new List<string>();
        if (input.Node.Length > 253 || !NodeName().IsMatch(input.Node)) { errors.Add($"--node '{input.Node}': not a node name (lower case letters, digits, '-' and '.')"); }
        if (!IPEndPoint.TryParse(input.Listen, out var listen) || listen.Port is 0 or IPEndPoint.MaxPort) { errors.Add($"--listen '{input.Listen}': expected IP:PORT with a port from 1 to 65534, whose next one takes the images"); }
        if (input.MetadataUrl is { } url && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            errors.Add($"--metadata-url '{url}': expected an http:// or https:// address");
        }
        if (!CloudChoice.Names.Contains(input.Cloud)) { errors.Add($"--cloud '{input.Cloud}': expected one of {string.Join(", ", CloudChoice.Names)}"); }
        if (input.CopyLimitMbit is < 0 or > MaximumMbit) { errors.Add($"--copy-limit-mbit '{input.CopyLimitMbit}': expected 0 to {MaximumMbit} Mbit/s"); }
        if (input.StatusListen is { } status && !(IPEndPoint.TryParse(status, out var end) && end.Port > 0)) { errors.Add($"--status-listen '{status}': expected IP:PORT"); }
        if (!TrackerNames.Contains(input.Tracker)) { errors.Add($"--tracker '{input.Tracker}': expected one of {string.Join(", ", TrackerNames)}"); }
        if (input.Compression is not (CompressionByNeed or NoCompression)) { errors.Add($"--compression '{input.Compression}': expected {CompressionByNeed} or {NoCompression}"); }
        if (!Path.IsPathFullyQualified(input.ContainerdRoot)) { errors.Add($"--containerd-root '{input.ContainerdRoot}': expected an absolute path"); }
        foreach (var (option, file) in Files(input))
        {
            if (!fileExists(file)) { errors.Add($"{option} '{file}': no such file"); }
        }
        return errors;
    }

    /// <summary>Only for input without errors.</summary>
    public static AgentOptions ToOptions(AgentInput input) => new()
    {
        Node = input.Node,
        Kubeconfig = input.Kubeconfig,
        Listen = IPEndPoint.Parse(input.Listen),
        TlsCa = input.TlsCa,
        TlsCert = input.TlsCert,
        TlsKey = input.TlsKey,
        MetadataUrl = input.MetadataUrl is { } url ? new Uri(url) : AgentOptions.UsualMetadata,
        Cloud = input.Cloud,
        CanAcknowledge = !input.KeepEvents,
        CopyBytesPerSecond = input.CopyLimitMbit * BytesPerMbit,
        CanCompress = input.Compression != NoCompression,
        Tracker = input.Tracker == BestTracker ? null : input.Tracker,
        ContainerdRoot = input.ContainerdRoot,
        Runc = input.Runc,
        Criu = input.Criu,
        IsEnrolled = input.Enrol,
        Namespace = input.Namespace,
        ServiceAccount = input.ServiceAccount,
        StatusListen = input.StatusListen is { } status ? IPEndPoint.Parse(status) : null,
    };

    private static IEnumerable<(string Option, string File)> Files(AgentInput input)
    {
        if (input.Kubeconfig is { } kubeconfig) { yield return ("--kubeconfig", kubeconfig); }
        if (!input.Enrol)
        {
            yield return ("--tls-ca", input.TlsCa);
            yield return ("--tls-cert", input.TlsCert);
            yield return ("--tls-key", input.TlsKey);
        }
        yield return ("--runc", input.Runc);
        yield return ("--criu", input.Criu);
    }

    [GeneratedRegex("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")]
    private static partial Regex NodeName();
}
