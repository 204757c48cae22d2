using System.Net;
using Rebalancer.Agent.Local;

namespace Rebalancer.Agent.Host;

/// <summary>
/// What a node needs beside the agent, put in and taken out again: the links to this version, the runtime handler and, where asked, the network. Runs on the
/// node itself. Doing it twice changes nothing, and restarts nothing.
/// </summary>
internal sealed class Installation(string socket, TimeProvider clock, TextWriter log)
{
    private const string RuntimeTasks = "io.containerd.runtime.v2.task/k8s.io";
    private static readonly string[] Links = [NodePaths.Runc, NodePaths.BinFolder, NodePaths.CurrentVersion];

    /// <param name="range">Of pods' addresses; null: see <paramref name="keepAddresses"/>.</param>
    /// <param name="keepAddresses">Address of this node, which shows whether its network is one whose pods can take their addresses along; null: the network is left alone.</param>
    /// <exception cref="InstallException">It did not work; containerd's configuration is what it was.</exception>
    public async Task InstallAsync(PodRange? range, IPAddress? keepAddresses, CancellationToken cancellation)
    {
        var containerd = ContainerdProcess.Look(socket, clock);
        var dump = await containerd.DumpAsync(cancellation);
        if (dump.Plugin is null) { throw new InstallException($"containerd with {containerd.ConfigPath} has no CRI plugin, or it is one of a version that is not known"); }
        var name = dump.HandlerOption(dump.DefaultHandler, "BinaryName") is { Length: > 0 } given ? given : "runc";
        var runc = containerd.Find(name) ?? throw new InstallException($"containerd's runtime {name} is not in its PATH");
        if (runc == NodePaths.RuncWrapper) { throw new InstallException($"{NodePaths.RuncWrapper} is the runtime of containerd's default handler; it needs a runc of its own below it"); }
        ProgramFile.Link(NodePaths.Runc, runc);
        ProgramFile.Link(NodePaths.CurrentVersion, Bundle.Version);
        ProgramFile.Link(NodePaths.BinFolder, $"{Path.GetFileName(NodePaths.CurrentVersion)}/{Path.GetFileName(NodePaths.BinFolder)}");
        RemoveOldVersions();
        await new ContainerdHandler(containerd, socket, clock, log).AddAsync(cancellation);
        var network = new CniSetup(await containerd.DumpAsync(cancellation), log);
        if (range is null && keepAddresses is not null) { network.Keep(keepAddresses); }
        else { network.Apply(range); }
        await log.WriteLineAsync($"rebalancer {Bundle.Version} is installed; runc is {runc}");
    }

    /// <exception cref="InstallException">It did not work; containerd's configuration is what it was.</exception>
    public async Task UninstallAsync(CancellationToken cancellation)
    {
        var containerd = ContainerdProcess.Look(socket, clock);
        var dump = await containerd.DumpAsync(cancellation);
        if (dump.Plugin is not null) { new CniSetup(dump, log).Undo(); }
        await new ContainerdHandler(containerd, socket, clock, log).RemoveAsync(cancellation);
        var state = dump.Text("state") is { Length: > 0 } folder ? folder : "/run/containerd";
        if (Dependents($"{state}/{RuntimeTasks}") is > 0 and var count)
        {
            // Their shims call it by its path until they end.
            await log.WriteLineAsync($"{count} containers still run by {NodePaths.RuncWrapper}: {NodePaths.InstallFolder} stays; uninstall again when they have ended");
            return;
        }

        foreach (var link in Links) { File.Delete(link); }
        foreach (var each in new[] { NodePaths.InstallFolder, NodePaths.StateFolder, NodePaths.RunFolder, NodePaths.StagedLayers, NodePaths.StagedVolumes }.Where(Directory.Exists)) { Directory.Delete(each, recursive: true); }
        await log.WriteLineAsync("rebalancer is uninstalled; the node is as it was");
    }

    /// <summary>Containers whose shims were told to call the wrapper.</summary>
    private static int Dependents(string tasks) => !Directory.Exists(tasks) ? 0
        : Directory.EnumerateDirectories(tasks).Count(task => File.Exists($"{task}/options.json") && File.ReadAllText($"{task}/options.json").Contains(NodePaths.RuncWrapper, StringComparison.Ordinal));

    /// <summary>All but this one and the newest other, whose programs may still be about to be called.</summary>
    private static void RemoveOldVersions()
    {
        var others = Directory.GetDirectories(NodePaths.InstallFolder).Where(each => File.Exists($"{each}/{Bundle.CompleteMark}") && new FileInfo(each).LinkTarget is null && Path.GetFileName(each) != Bundle.Version);
        foreach (var old in others.OrderByDescending(Directory.GetCreationTimeUtc).Skip(1)) { Directory.Delete(old, recursive: true); }
    }
}
