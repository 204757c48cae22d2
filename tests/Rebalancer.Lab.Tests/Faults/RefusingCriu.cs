using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Tests.Faults;

/// <summary>A node whose CRIU answers everything but runc's own calls, which fail: a restore that is refused.</summary>
internal sealed class RefusingCriu
{
    private const string Program = "/usr/sbin/criu";
    private const string Real = "/usr/sbin/criu.real";
    private const string Refused = "/run/criu-refused";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;
    private const string Script = $"""
        #!/bin/sh
        case "$1" in swrk) : > {Refused}; exit 1;; esac
        exec {Real} "$@"

        """;

    private readonly LabNode node;

    private RefusingCriu(LabNode node) => this.node = node;

    public static async Task<RefusingCriu> InstallAsync(LabNode node, CancellationToken cancel)
    {
        File.Move(node.Root + Program, node.Root + Real);
        await File.WriteAllTextAsync(node.Root + Program, Script, cancel);
        File.SetUnixFileMode(node.Root + Program, Executable);
        File.Delete(node.Root + Refused);
        return new RefusingCriu(node);
    }

    public Task HappenedAsync(CancellationToken cancel) => Poll.UntilAsync(() => File.Exists(node.Root + Refused), Limit, $"a refused restore on {node.Name}", cancel);

    /// <summary>CRIU answers again.</summary>
    public void Remove() => File.Move(node.Root + Real, node.Root + Program, overwrite: true);
}
