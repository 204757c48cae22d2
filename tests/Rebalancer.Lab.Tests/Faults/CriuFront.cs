using Rebalancer.Lab.Nodes;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Tests.Faults;

/// <summary>A program before a node's CRIU that refuses what runc asks of it, makes it wait, or kills it at work. What others ask passes.</summary>
internal sealed class CriuFront
{
    private const string Program = "/usr/sbin/criu";
    private const string Real = "/usr/sbin/criu.real";
    private const string Happened = "/run/criu-fault";
    private const string IsParked = "[ -n \"$(ls /run/rebalancer/parked 2>/dev/null)\" ]";
    private const string IsStored = "[ -e /run/rebalancer/moves/*/complete ]";
    private const string Tree = "/run/rebalancer/moves/*/images/*/pstree.img";
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly LabNode node;

    private CriuFront(LabNode node) => this.node = node;

    /// <summary>Every call of runc fails: one that would wait for its checkpoint, and the one that has it.</summary>
    public static Task<CriuFront> RefuseAsync(LabNode node, CancellationToken cancel) => InstallAsync(node, $"{IsStored} && : > {Happened}; exit 1", cancel);

    /// <summary>A call of runc that has its checkpoint waits first, so that there is time to break something meanwhile; none is made ready ahead.</summary>
    public static Task<CriuFront> DelayAsync(LabNode node, int seconds, CancellationToken cancel) => InstallAsync(node, $"{IsStored} || exit 1; : > {Happened}; sleep {seconds}", cancel);

    /// <summary>
    /// CRIU, which takes over the shell's pid, is killed as soon as it begins the image of the processes' tree, with their sockets in repair mode and its own
    /// code out of them again: in a thread that runs this, for a millisecond each, its death is the process's. Nobody from outside is quick enough for that.
    /// </summary>
    public static Task<CriuFront> KillInDumpAsync(LabNode node, CancellationToken cancel) =>
        InstallAsync(node, $"chrt -f 1 sh -c 'until [ -e {Tree} ]; do sleep 0.001; done; kill -9 '$$'; : > {Happened}' &", cancel);

    /// <summary>CRIU, which takes over the shell's pid, is killed as soon as it has its checkpoint.</summary>
    public static Task<CriuFront> KillEarlyAsync(LabNode node, CancellationToken cancel) => InstallAsync(node, $"(until {IsStored}; do :; done; : > {Happened}; kill -9 $$) &", cancel);

    /// <summary>Calls of runc fail from when a first copy is parked on the node, after a while in which that copy can be looked at.</summary>
    public static Task<CriuFront> RefuseSecondAsync(LabNode node, int seconds, CancellationToken cancel) =>
        InstallAsync(node, $"if {IsParked}; then : > {Happened}; sleep {seconds}; exit 1; fi", cancel);

    /// <summary>Calls of runc wait from when a first copy is parked on the node.</summary>
    public static Task<CriuFront> DelaySecondAsync(LabNode node, int seconds, CancellationToken cancel) => InstallAsync(node, $"if {IsParked}; then : > {Happened}; sleep {seconds}; fi", cancel);

    /// <summary>It has been done.</summary>
    public Task HappenedAsync(CancellationToken cancel) => Poll.UntilAsync(() => File.Exists(node.Root + Happened), Limit, $"the fault of CRIU on {node.Name}", cancel);

    /// <summary>The real CRIU answers again.</summary>
    public void Remove() => File.Move(node.Root + Real, node.Root + Program, overwrite: true);

    private static async Task<CriuFront> InstallAsync(LabNode node, string action, CancellationToken cancel)
    {
        File.Move(node.Root + Program, node.Root + Real);
        await File.WriteAllTextAsync(node.Root + Program, $"#!/bin/sh\ncase \"$1\" in swrk)\n{action}\n;; esac\nexec {Real} \"$@\"\n", cancel);
        File.SetUnixFileMode(node.Root + Program, Executable);
        File.Delete(node.Root + Happened);
        return new CriuFront(node);
    }
}
