namespace Rebalancer.Benchmarks.Wrapper;

/// <summary>
/// The calls that containerd's shim makes in a container's life, through runc and through rebalancer-runc in turn, so that whatever else the machine
/// does meets both alike. Who goes first changes every round.
/// </summary>
internal sealed class WrapperBenchmark(NodeRoot root, RootedCalls calls, BusyboxBundle bundle)
{
    public const double LimitMs = 10;
    private const string Runc = "/usr/sbin/runc";
    private const string Wrapper = "/opt/rebalancer/bin/rebalancer-runc";
    private static readonly string[] Globals = ["--root", "/run/bench/runc", "--log", "/run/bench/log.json", "--log-format", "json"];
    private readonly Dictionary<string, CallTimes> times = [];

    /// <returns>0 when the wrapper adds less than <see cref="LimitMs"/> to the median of every kind of call, else 1.</returns>
    public static int Run(int rounds, TextWriter output)
    {
        try
        {
            var root = NodeRoot.Mount();
            Install(root);
            using var calls = new RootedCalls(root.Path);
            var benchmark = new WrapperBenchmark(root, calls, new BusyboxBundle(root));
            for (var round = -1; round < rounds; round++) { benchmark.Round(round); }
            return WrapperReport.Write([.. benchmark.times.Values], output);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            Console.Error.WriteLine($"bench wrapper: {e.Message}");
            return 2;
        }
    }

    private static void Install(NodeRoot root)
    {
        var wrapper = Path.Combine(WrapperReport.RepositoryRoot, "artifacts/publish/bin/rebalancer-runc");
        if (!File.Exists(wrapper)) { throw new InvalidOperationException($"{wrapper} is missing: run `make publish` first"); }
        Directory.CreateDirectory(Path.GetDirectoryName(root.Outside(Wrapper))!);
        File.Copy(wrapper, root.Outside(Wrapper));
        Directory.CreateDirectory(root.Outside("/run/bench"));
    }

    /// <param name="round">Negative: warms the caches and is not counted.</param>
    private void Round(int round)
    {
        foreach (var isWrapped in round % 2 == 0 ? (bool[])[false, true] : [true, false])
        {
            var id = $"bench-{round + 1}-{(isWrapped ? "wrapped" : "plain")}";
            Measure(round, isWrapped, "--version");
            bundle.Reset();
            Measure(round, isWrapped, "create", "--bundle", BusyboxBundle.Path, "--pid-file", "/run/bench/pid", id);
            var pid = File.ReadAllText(root.Outside("/run/bench/pid"));
            Measure(round, isWrapped, "start", id);
            Measure(round, isWrapped, "state", id);
            Measure(round, isWrapped, "kill", id, "9");
            WaitForEnd(pid);
            Measure(round, isWrapped, "delete", id);
        }
    }

    private void Measure(int round, bool isWrapped, params string[] command)
    {
        var result = calls.Run([isWrapped ? Wrapper : Runc, .. Globals, .. command]);
        if (result.ExitCode != 0)
        {
            var log = root.Outside("/run/bench/log.json");
            throw new InvalidOperationException($"{(isWrapped ? Wrapper : Runc)} {string.Join(' ', command)} exited {result.ExitCode}: {(File.Exists(log) ? File.ReadLines(log).LastOrDefault() : "")}");
        }
        if (round < 0) { return; }
        if (!times.TryGetValue(command[0], out var kind)) { times[command[0]] = kind = new CallTimes(command[0]); }
        kind.Add(isWrapped, result.Elapsed);
    }

    /// <summary>The shim waits for the process too before it deletes.</summary>
    private static void WaitForEnd(string pid)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (Directory.Exists("/proc/" + pid))
        {
            if (TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromSeconds(10)) { throw new InvalidOperationException($"process {pid} did not end within 10 s of SIGKILL"); }
            Thread.Yield();
        }
    }
}
