using System.Globalization;
using System.Net;
using System.Net.Sockets;
using k8s.Models;

namespace Rebalancer.Lab.Images.Workloads;

/// <summary>
/// Containers that a pod has beside Redis: a counter that shows from outside how far it is, and a talker that uses Redis over one connection on localhost
/// and checks every reply.
/// </summary>
internal static class SeveralContainers
{
    public const string Counter = "counter";
    public const string Talker = "talker";
    public const string Sidecar = "sidecar";
    public const string Init = "init";
    public const int TalkerPort = 7000;
    private const string Node = "NODE";

    /// <summary>Its name is its count: whoever reads /proc/PID/comm sees each of its steps, also while it is frozen.</summary>
    public const string CounterProgram = """
        import itertools, time
        for n in itertools.count(1):
            with open("/proc/self/comm", "w") as name:
                name.write(f"c{n}")
            time.sleep(0.001)
        """;

    private const string TalkerProgram = """
        import socket, threading, time

        state = {"count": 0, "problem": "none"}

        def answer():
            server = socket.create_server(("0.0.0.0", 7000))
            while True:
                client, _ = server.accept()
                client.sendall(f"{state['count']} {state['problem']}\n".encode())
                client.close()

        threading.Thread(target=answer, daemon=True).start()
        redis = None
        while redis is None:
            try:
                redis = socket.create_connection(("127.0.0.1", 6379))
            except OSError:
                time.sleep(0.05)
        replies = redis.makefile("rb")
        try:
            while True:
                redis.sendall(b"INCR talked\r\n")
                line = replies.readline()
                state["count"] += 1
                if line != b":%d\r\n" % state["count"]:
                    raise ValueError(f"reply {state['count']} is {line!r}")
                time.sleep(0.001)
        except Exception as e:
            state["problem"] = repr(e).replace(" ", "_")
            while True:
                time.sleep(1)
        """;

    private const string ListenerProgram = """
        import itertools, socket
        server = socket.socket(socket.AF_UNIX)
        server.bind("/shared/s")
        server.listen()
        for n in itertools.count(1):
            client, _ = server.accept()
            try:
                client.sendall(f"{n} none\n".encode())
            except OSError:
                pass # It only looked whether somebody listens.
            client.close()
        """;

    private const string RelayProgram = """
        import socket, time
        with socket.socket(socket.AF_UNIX) as first:
            while first.connect_ex("/shared/s") != 0:
                time.sleep(0.05)
        server = socket.create_server(("0.0.0.0", 7000))
        while True:
            client, _ = server.accept()
            try:
                with socket.socket(socket.AF_UNIX) as other:
                    other.connect("/shared/s")
                    client.sendall(other.recv(100))
            except OSError:
                pass # As above.
            client.close()
        """;

    /// <summary>A listener on a unix socket in a volume, and another container that asks it, anew for each connection to <see cref="TalkerPort"/>.</summary>
    public static void AddUnixSocketTo(V1PodSpec redis)
    {
        V1Container[] sharing = [Python("listener", ListenerProgram), Python("relay", RelayProgram)];
        foreach (var each in sharing) { each.VolumeMounts = [new V1VolumeMount { Name = "shared", MountPath = "/shared" }]; }
        redis.Volumes = [new V1Volume { Name = "shared", EmptyDir = new V1EmptyDirVolumeSource() }];
        redis.Containers = [.. redis.Containers, .. sharing];
    }

    /// <summary>Counter and talker, started before Redis.</summary>
    /// <param name="redis">Of a pod, or of a template of one, with Redis alone.</param>
    public static void AddTo(V1PodSpec redis) => redis.Containers = [Python(Counter, CounterProgram), Python(Talker, TalkerProgram), .. redis.Containers];

    /// <summary>A sidecar that counts, and an init container that ends well on this node only: on any other the pod would never start.</summary>
    public static void AddInitTo(V1PodSpec redis, string node)
    {
        var here = new V1EnvVar { Name = Node, ValueFrom = new V1EnvVarSource { FieldRef = new V1ObjectFieldSelector { FieldPath = "spec.nodeName" } } };
        var init = new V1Container { Name = Init, Image = LabImages.BusyBox, ImagePullPolicy = "Never", Command = ["/bin/sh", "-c", $"case ${Node} in {node}) ;; *) exit 3 ;; esac"], Env = [here] };
        var sidecar = Python(Sidecar, CounterProgram);
        sidecar.RestartPolicy = "Always";
        redis.InitContainers = [init, sidecar];
    }

    /// <summary>What the talker has counted, and what it complains about; null when it has nothing to complain about.</summary>
    public static async Task<(long Count, string? Problem)> AskTalkerAsync(IPAddress pod, CancellationToken cancel)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(pod, TalkerPort, cancel);
        using var reader = new StreamReader(client.GetStream());
        var words = (await reader.ReadLineAsync(cancel) ?? throw new IOException("the talker closed the connection without an answer")).Split(' ');
        return (long.Parse(words[0], CultureInfo.InvariantCulture), words[1] == "none" ? null : words[1]);
    }

    private static V1Container Python(string name, string program) =>
        new() { Name = name, Image = EchoServer.Image, ImagePullPolicy = "Never", Command = ["/usr/bin/python3", "-B", "-c", program] };
}
