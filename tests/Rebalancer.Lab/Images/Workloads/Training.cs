using System.Globalization;
using k8s.Models;

namespace Rebalancer.Lab.Images.Workloads;

/// <summary>
/// A training loop: matrix factorization by stochastic gradient descent over a table of embeddings that fills memory. Each step reads and changes the rows of
/// a batch, chosen by a seeded generator, and every row's content decides the loss of all later steps that meet it. Whoever connects first is sent the loss
/// curve, a line a step with all digits; nothing is computed ahead of it.
/// </summary>
internal static class Training
{
    public const int Port = 7000;
    private const int OverheadMegabytes = 64;

    private const string Program = """
        import array, os, random, socket, time

        WIDTH, BATCH, RATE = 64, 128, 0.05
        rows = int(os.environ['TABLE_MB']) * (1 << 20) // (4 * WIDTH)
        pause = int(os.environ['PAUSE_MS']) / 1000
        rng = random.Random(int(os.environ['SEED']))
        block = array.array('f', (rng.uniform(-0.5, 0.5) for _ in range(WIDTH * 1024)))
        table = array.array('f')
        for _ in range(rows // 1024): table.extend(block)
        server = socket.create_server(('0.0.0.0', 7000))
        client, _ = server.accept()
        step = 0
        while True:
            loss = 0.0
            for _ in range(BATCH):
                a, b = rng.randrange(rows) * WIDTH, rng.randrange(rows) * WIDTH
                one, other = table[a:a + WIDTH], table[b:b + WIDTH]
                error = sum(x * y for x, y in zip(one, other)) - (1.0 if (a ^ b) & WIDTH else -1.0)
                loss += error * error
                table[a:a + WIDTH] = array.array('f', (x - RATE * error * y for x, y in zip(one, other)))
                table[b:b + WIDTH] = array.array('f', (y - RATE * error * x for x, y in zip(one, other)))
            step += 1
            line = f'{step} {loss / BATCH!r}'
            print(line, flush=True)
            client.sendall(line.encode() + b'\n')
            time.sleep(pause)
        """;

    /// <param name="megabytes">Size of the table, MiB.</param>
    /// <param name="pauseMs">Pause after each step; it has no influence on the curve.</param>
    public static V1PodSpec Spec(int megabytes, int pauseMs, int seed)
    {
        var spec = WorkloadPod.Spec("training", EchoServer.Image, Port, cpuMilli: 500, megabytes + OverheadMegabytes);
        spec.Containers[0].Command = ["/usr/bin/python3", "-B", "-c", Program];
        spec.Containers[0].Env = [Variable("TABLE_MB", megabytes), Variable("PAUSE_MS", pauseMs), Variable("SEED", seed)];
        return spec;
    }

    private static V1EnvVar Variable(string name, int value) => new() { Name = name, Value = value.ToString(CultureInfo.InvariantCulture) };
}
