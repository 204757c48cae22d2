using System.Text.Json;
using Rebalancer.Runtime.Bundles;

namespace Rebalancer.Runtime.Tests.Node;

/// <summary>A node's folders in a temporary place, a runc that records, and bundles as containerd writes them.</summary>
internal sealed class TestNode : IDisposable
{
    public const string PodUid = "2f0e8a52-7c1f-4a3a-9f0b-1d2c3b4a5968";

    public TestNode()
    {
        Folder = Directory.CreateTempSubdirectory("rbt").FullName;
        Host = new RuntimeHost
        {
            Runc = Runc,
            Variable = name => Variables.GetValueOrDefault(name),
            Clock = TimeProvider.System,
            OwnPath = "/opt/rebalancer/bin/rebalancer-runc",
            Socket = Path.Combine(Folder, "agent.sock"),
            CriuFolder = Path.Combine(Folder, "criu"),
            RestoredFolder = Path.Combine(Folder, "restored"),
            ParkedFolder = Path.Combine(Folder, "parked"),
            Nothing = Path.Combine(Folder, "nothing"),
            ReleasedFolder = Path.Combine(Folder, "released"),
            ServingFolder = Path.Combine(Folder, "serving"),
            ConsumedFolder = Path.Combine(Folder, "consumed"),
            DecisionLimit = TimeSpan.FromSeconds(30),
            ConnectWindow = TimeSpan.Zero,
            LatePagesWindow = TimeSpan.Zero,
        };
    }

    public string Folder { get; }
    /// <summary>Path of the pod's network namespace in bundles.</summary>
    public string Network { get; init; } = "/run/netns/x";
    public RecordingRunc Runc { get; } = new();
    public Dictionary<string, string> Variables { get; } = [];
    public RuntimeHost Host { get; set; }
    public string Bundle => Path.Combine(Folder, "bundle");
    public string ConfigPath => Path.Combine(Bundle, BundleConfig.FileName);
    public string LogPath => Path.Combine(Folder, "log.json");
    public string RuncRoot => Path.Combine(Folder, "root");

    /// <summary>The last line of runc's log, as containerd's shim would show it.</summary>
    public string LogMessage => JsonDocument.Parse(File.ReadAllLines(LogPath)[^1]).RootElement.GetProperty("msg").GetString()!;

    public void WriteBundle(params (string Key, string Value)[] annotations)
    {
        Directory.CreateDirectory(Bundle);
        var members = string.Join(",", annotations.Select(a => $"\"{a.Key}\":\"{a.Value}\""));
        File.WriteAllText(ConfigPath, $$$"""{"ociVersion":"1.2.1","process":{"args":["redis-server"]},"annotations":{{{{members}}}},"linux":{"namespaces":[{"type":"pid"},{"type":"network","path":"{{{Network}}}"}]}}""");
    }

    public void WriteContainerBundle(params (string Key, string Value)[] more) => WriteBundle(
    [
        ("io.kubernetes.cri.container-type", "container"), ("io.kubernetes.cri.sandbox-uid", PodUid), ("io.kubernetes.cri.sandbox-namespace", "shop"),
        ("io.kubernetes.cri.sandbox-name", "redis-0"), ("io.kubernetes.cri.container-name", "redis"), .. more,
    ]);

    public void WriteClaimedContainerBundle() => WriteContainerBundle(("rebalancer.dev/migration", "move-redis"), ("rebalancer.dev/claim", "token"));

    public void WriteClaimedSandboxBundle() => WriteBundle(
        ("io.kubernetes.cri.container-type", "sandbox"), ("io.kubernetes.cri.sandbox-uid", PodUid), ("io.kubernetes.cri.sandbox-namespace", "shop"),
        ("io.kubernetes.cri.sandbox-name", "redis-0"), ("rebalancer.dev/migration", "move-redis"), ("rebalancer.dev/claim", "token"));

    public static void Mark(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, name), "");
    }

    public int Create(string id = "c1") =>
        Run("create", "--bundle", Bundle, "--pid-file", Path.Combine(Folder, "pid"), id);

    /// <summary>A call with the global options that go-runc puts in front.</summary>
    public int Run(params string[] command) => Entry.Run(["--root", RuncRoot, "--log", LogPath, "--log-format", "json", .. command], Host);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
