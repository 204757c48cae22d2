using System.Net;
using System.Text.Json.Nodes;
using Rebalancer.Benchmarks.Migration.ByHand;
using Rebalancer.Benchmarks.Migration.Measuring;
using Rebalancer.Lab;
using Rebalancer.Lab.Images.Workloads;

namespace Rebalancer.Benchmarks.Migration.Methods;

/// <summary>
/// runc checkpoint to files on tmpfs, the files carried over the link, runc restore. Paused before, since CRIU otherwise waits 100 ms for the freezer;
/// without CRIU's own network lock, since the container's frames are dropped anyway.
/// </summary>
internal sealed class RuncMethod : IMoveMethod
{
    private const string Bundle = HandMadeNode.Folder + "/bundle";
    private const string Checkpoint = $"""
        runc pause redis
        runc checkpoint --tcp-established --manage-cgroups-mode ignore --image-path {HandMadeNode.Out} --work-path {HandMadeNode.Folder}/work redis
        """;

    private const string Restore =
        $"runc restore -d --tcp-established --manage-cgroups-mode ignore --image-path {HandMadeNode.In} --work-path {HandMadeNode.Folder}/work --bundle {Bundle} redis </dev/null >/dev/null 2>&1";

    private readonly HandMadePair pair;

    private RuncMethod(HandMadePair pair) => this.pair = pair;

    public IPEndPoint Server => HandMadePair.Server;

    public static async Task<RuncMethod> StartAsync(LabCluster cluster, (string First, string Second) nodes, CpuMeter meter, CancellationToken cancel) =>
        new(await HandMadePair.StartAsync(cluster, nodes, meter, pair => StartServerAsync(pair, cancel), cancel));

    public Task<MoveTimes> MoveAsync(TimeSpan limit, CancellationToken cancel) => pair.MoveAsync(Checkpoint, Restore, limit, cancel);

    public Task TidyAsync(CancellationToken cancel) => pair.TidyAsync("", cancel);

    public ValueTask DisposeAsync() => pair.DisposeAsync();

    private static async Task StartServerAsync(HandMadePair pair, CancellationToken cancel)
    {
        foreach (var node in pair.Both) { await MakeBundleAsync(node, cancel); }
        await pair.StartServerAsync($"cd {Bundle}; runc run -d redis </dev/null >/dev/null 2>&1", cancel);
    }

    /// <summary>The image's files, as containerd stacks them, and runc's own default configuration with the least that makes it this container.</summary>
    private static async Task MakeBundleAsync(HandMadeNode node, CancellationToken cancel)
    {
        await node.RunAsync($"mkdir -p {Bundle}/rootfs; cd {Bundle}; ctr -n k8s.io images mount --rw {Redis.Image} {Bundle}/rootfs; runc spec", cancel);
        var file = $"{node.Node.Root}{Bundle}/config.json";
        var config = JsonNode.Parse(await File.ReadAllTextAsync(file, cancel))!.AsObject();
        config["process"]!["terminal"] = false;
        config["process"]!["cwd"] = "/data";
        config["process"]!["args"] = new JsonArray([.. Redis.Command.Select(word => JsonValue.Create(word))]);
        config["root"]!["readonly"] = false;
        config["linux"]!["cgroupsPath"] = $"/{node.Node.Cgroup}/redis";
        config["linux"]!["namespaces"]!.AsArray().Single(each => (string?)each!["type"] == "network")!["path"] = HandMadeNode.NetworkNamespace;
        await File.WriteAllTextAsync(file, config.ToJsonString(), cancel);
    }
}
