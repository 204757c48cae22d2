using Rebalancer.Agent.Checkpoint;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Preflight;

/// <summary>Which CRIU this node has.</summary>
internal sealed class CriuVersion(AgentOptions options) : IDisposable
{
    /// <summary>The first version that dumps TCP sockets of current kernels (SO_PASSCRED).</summary>
    public static readonly Version Oldest = new(4, 2);
    private readonly SemaphoreSlim gate = new(1);
    private Version? known;

    /// <exception cref="MoveException">None, or one that is too old.</exception>
    public async Task<Version> RequireAsync(CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            known ??= Parse(await ChildRunner.OutputAsync(options.Criu, ["--version"], cancellation));
        }
        finally
        {
            gate.Release();
        }
        if (known is null) { throw new MoveException(Reasons.RuntimeUnsupported, $"node {options.Node}: {options.Criu} does not tell its version"); }
        return known >= Oldest ? known : throw new MoveException(Reasons.RuntimeUnsupported, $"node {options.Node}: CRIU {known} is older than {Oldest}");
    }

    /// <summary>
    /// The same for a node that is about to use it: has CRIU try what this kernel can do, unless it has noted that since the node started (/run/criu.kdat). It
    /// would do so at its next start otherwise, which may be in the network of a pod that is closed, where its trial connection never comes about.
    /// </summary>
    /// <exception cref="MoveException">As above.</exception>
    public async Task RequireReadyAsync(CancellationToken cancellation)
    {
        await RequireAsync(cancellation);
        // What it says of features that moves do not need is of no interest.
        _ = await ChildRunner.OutputAsync(options.Criu, ["check"], cancellation);
    }

    public void Dispose() => gate.Dispose();

    /// <summary>"Version: 4.2.1".</summary>
    public static Version? Parse(string output) => output.Split('\n')
        .Where(line => line.StartsWith("Version:", StringComparison.Ordinal))
        .Select(line => Version.TryParse(line["Version:".Length..].Trim(), out var version) ? version : null)
        .FirstOrDefault();
}
