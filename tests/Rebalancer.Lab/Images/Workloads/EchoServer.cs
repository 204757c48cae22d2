using System.Net;
using k8s.Models;

namespace Rebalancer.Lab.Images.Workloads;

/// <summary>A WebSocket server that sends every message back: Python's asyncio with Debian's python3-websockets.</summary>
internal static class EchoServer
{
    public const string Image = "lab.local/echo:1";
    public const int Port = 8765;
    private const int MemoryMegabytes = 64;
    private const string Program = """
        import asyncio
        from websockets.asyncio.server import serve

        async def echo(socket):
            async for message in socket:
                await socket.send(message)

        async def main():
            async with serve(echo, "0.0.0.0", 8765, compression=None):
                await asyncio.get_running_loop().create_future()

        asyncio.run(main())
        """;

    public static readonly string[] Command = ["/usr/bin/python3", "-B", "-c", Program];

    public static V1Pod BarePod(string name, string @namespace) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = @namespace, Labels = new Dictionary<string, string> { ["app"] = name } },
        Spec = Spec(),
    };

    public static V1PodSpec Spec() => WorkloadPod.Spec("echo", Image, Port, cpuMilli: 100, MemoryMegabytes);

    public static Uri Url(IPAddress address) => new($"ws://{address}:{Port}/");
}
