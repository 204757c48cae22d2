using System.CommandLine;
using System.Diagnostics;
using Rebalancer.Lab.Host;
using Rebalancer.Lab.Nodes;

namespace Rebalancer.Lab;

/// <summary>`up`, inside of `exec`: a cluster to try things in by hand.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var count = new Option<int>("--nodes") { Description = "Number of nodes, named n1, n2, ...", DefaultValueFactory = _ => 2 };
        var cgroup = new Option<CgroupVersion>("--cgroup") { Description = "Cgroups of the nodes: Host, V1 or V2.", DefaultValueFactory = _ => CgroupVersion.Host };
        var product = new Option<bool>("--product") { Description = "Run agents and descheduler (make publish first)." };
        var argv = new Argument<string[]>("command") { Description = "After --: what to run with KUBECONFIG set; a shell without it.", DefaultValueFactory = _ => ["bash"] };
        var up = new Command("up", "Inside exec: starts nodes, runs a command beside them, and stops them.") { count, cgroup, product, argv };
        up.SetAction((parsed, cancel) => RunAsync(
            new LabOptions
            {
                Nodes = [.. Enumerable.Range(1, parsed.GetValue(count)).Select(number => new LabNodeOptions { Name = $"n{number}", CgroupVersion = parsed.GetValue(cgroup) })],
                WithProduct = parsed.GetValue(product),
            },
            parsed.GetValue(argv)!,
            cancel));
        return up;
    }

    private static async Task<int> RunAsync(LabOptions options, string[] argv, CancellationToken cancel)
    {
        var started = options.Time.GetTimestamp();
        await using var lab = await LabCluster.StartAsync(options, cancel);
        Console.Error.WriteLine($"{lab.Nodes.Count} nodes up after {options.Time.GetElapsedTime(started).TotalSeconds:0.0} s; logs in {lab.LogFolder}");
        var info = new ProcessStartInfo(argv[0], argv.Skip(1));
        info.Environment["KUBECONFIG"] = lab.KubeconfigFile;
        // The node's own programs come last on the path: only kubectl is wanted from there.
        info.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:{Path.GetDirectoryName(lab.Environment.Kubectl)}";
        using var command = Process.Start(info) ?? throw new LabException($"'{argv[0]}' did not start");
        await command.WaitForExitAsync(cancel);
        return command.ExitCode;
    }
}
