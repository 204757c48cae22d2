using System.Diagnostics;
using Rebalancer.Lab.Cgroups;
using Rebalancer.Lab.Host;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Nodes;

/// <summary>The namespaces, file system and cgroups of a node: what would be its hardware and its kernel.</summary>
internal sealed class NodeMachine : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);

    private readonly Process init;
    private readonly CgroupTree cgroups;

    private NodeMachine(Process init, NodeNamespaces namespaces, CgroupTree cgroups, string folder)
    {
        this.init = init;
        this.cgroups = cgroups;
        Namespaces = namespaces;
        Folder = folder;
    }

    public NodeNamespaces Namespaces { get; }

    /// <summary>What the node writes to disk, as the lab sees it.</summary>
    public string Folder { get; }

    /// <summary>Parent of the node's cgroups. Two nodes on one kernel share all cgroup paths, so each has its own.</summary>
    public CgroupTree Cgroups => cgroups;

    public bool IsRunning => !init.HasExited;

    /// <param name="publishFolder">Published programs, seen by the node at /opt/rebalancer; null: none.</param>
    /// <exception cref="LabException">The node's first process ended before it was ready; the message holds its output.</exception>
    public static async Task<NodeMachine> StartAsync(LabEnvironment lab, LabNodeOptions options, string? publishFolder, CancellationToken cancel)
    {
        if (options.CgroupVersion == CgroupVersion.V1 && Hierarchy.Mounted().All(hierarchy => hierarchy.IsV2))
        {
            throw new LabException($"node {options.Name} wants cgroup version 1, of which this machine has no hierarchy mounted");
        }

        var folder = $"{lab.Slot.Folder}/{options.Name}";
        Directory.CreateDirectory(folder);
        var cgroups = new CgroupTree($"{lab.Slot.Cgroup}/{options.Name}");
        cgroups.Create();
        var init = Process.Start(InitCommand(lab, options, publishFolder, folder))!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(StartLimit);
        if (await init.StandardOutput.ReadLineAsync(limit.Token) != "ready")
        {
            throw new LabException($"node {options.Name} did not start: {(await init.StandardError.ReadToEndAsync(limit.Token)).Trim()}");
        }

        return new NodeMachine(init, new NodeNamespaces(ProcessTree.Children(init.Id)[0]), cgroups, folder);
    }

    /// <summary>Power off: every process of the node dies, its disk and the Node object stay.</summary>
    public async Task PowerOffAsync(CancellationToken cancel)
    {
        ProcessTree.Signal(Namespaces.InitPid, ProcessTree.SigKill);
        // Frozen processes keep the PID namespace alive until they are thawed.
        await cgroups.RemoveAsync(cancel);
        await init.WaitForExitAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            await PowerOffAsync(CancellationToken.None);
        }

        init.Dispose();
        await Command.CheckedAsync(["rm", "-rf", "--one-file-system", Folder], CancellationToken.None);
    }

    private static ProcessStartInfo InitCommand(LabEnvironment lab, LabNodeOptions options, string? publishFolder, string folder) =>
        new("unshare", ["--mount", "--net", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "bash", "-c", InitScript(), "node-init"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            Environment =
            {
                ["ROOTFS"] = lab.RootFileSystem,
                ["NODE"] = options.Name,
                ["FOLDER"] = folder,
                ["CGROUP"] = UsesV2(options.CgroupVersion) ? "2" : "1",
                ["CONTROLLERS"] = !UsesV2(options.CgroupVersion) || Hierarchy.V2HasControllers() ? "yes" : "",
                ["PRODUCT"] = publishFolder ?? "",
                ["DOTNET"] = Path.GetDirectoryName(DotnetHost())!,
            },
        };

    /// <summary>Version 1 is what the machine has when a hierarchy of it is mounted.</summary>
    public static bool UsesV2(CgroupVersion version) =>
        version == CgroupVersion.V2 || (version == CgroupVersion.Host && Hierarchy.Mounted().All(hierarchy => hierarchy.IsV2));

    private static string DotnetHost() =>
        new FileInfo("/usr/bin/dotnet").ResolveLinkTarget(returnFinalTarget: true)?.FullName
        ?? Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")
        ?? Environment.ProcessPath!;

    private static string InitScript()
    {
        using var script = new StreamReader(typeof(NodeMachine).Assembly.GetManifestResourceStream("node-init.sh")!);
        return script.ReadToEnd();
    }
}
