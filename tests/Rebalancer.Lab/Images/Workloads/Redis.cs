using System.Globalization;
using System.Net;
using k8s.Models;
using Rebalancer.Lab.Clients;

namespace Rebalancer.Lab.Images.Workloads;

/// <summary>Debian's redis-server, in memory only.</summary>
internal static class Redis
{
    public const string Image = "lab.local/redis:1";
    public const int Port = 6379;
    private const int ValueBytes = 1000;
    private static readonly TimeSpan PopulateLimit = TimeSpan.FromMinutes(2);

    /// <summary>A snapshot on disk would be a writable layer, which does not move; the debug command fills memory without a client's traffic.</summary>
    public static readonly string[] Command =
        ["/usr/bin/redis-server", "--bind", "0.0.0.0", "--port", "6379", "--protected-mode", "no", "--save", "", "--appendonly", "no", "--enable-debug-command", "yes"];

    public static V1ReplicaSet ReplicaSet(string name, string @namespace, int memoryMegabytes) => WorkloadPod.ReplicaSet(name, @namespace, Spec(memoryMegabytes));

    public static V1Pod BarePod(string name, string @namespace, int memoryMegabytes) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = @namespace, Labels = new Dictionary<string, string> { ["app"] = name } },
        Spec = Spec(memoryMegabytes),
    };

    /// <summary>Writes so many keys of 1000 bytes that values take the given memory.</summary>
    public static async Task FillAsync(IPAddress address, int megabytes, TimeProvider time, CancellationToken cancel)
    {
        using var connection = await RespConnection.ConnectAsync(new IPEndPoint(address, Port), time, cancel);
        var keys = (megabytes * 1_000_000L / ValueBytes).ToString(CultureInfo.InvariantCulture);
        await Task.Run(() => connection.Command(PopulateLimit, cancel, "DEBUG", "POPULATE", keys, "filled", ValueBytes.ToString(CultureInfo.InvariantCulture)), cancel);
    }

    public static V1PodSpec Spec(int memoryMegabytes) => WorkloadPod.Spec("redis", Image, Port, cpuMilli: 100, memoryMegabytes);
}
