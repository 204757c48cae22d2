using System.Globalization;
using k8s.Models;

namespace Rebalancer.Lab.Images.Workloads;

/// <summary>
/// A program that writes all of its memory again and again, at a rate that goes with the CPU it gets: each page costs it so much CPU time. After each turn it
/// looks whether every page is as it wrote it, and fails where one is not. Its name counts the turns, as that of <see cref="SeveralContainers"/>' counter does.
/// </summary>
internal static class MemoryWriter
{
    private const int HeadroomMegabytes = 64;
    private const int Port = 9; // Nobody listens.
    private const string Program = """
        import itertools, os, sys, time
        size, cost = int(sys.argv[1]) << 20, int(sys.argv[2])
        memory = bytearray(os.urandom(size))
        for n in itertools.count(1):
            stamp = n.to_bytes(8, "little")
            for at in range(0, size, 4096):
                memory[at:at + 8] = stamp
                start = time.process_time_ns()
                # A copy's CPU time begins anew.
                while 0 <= time.process_time_ns() - start < cost:
                    pass
            if any(memory[at:at + 8] != stamp for at in range(0, size, 4096)):
                sys.exit("a page is not as it was written")
            with open("/proc/self/comm", "w") as name:
                name.write(f"c{n}")
        """;

    /// <param name="megabytes">Of memory that it writes.</param>
    /// <param name="pageCost">CPU time for each page of 4 KiB.</param>
    public static V1PodSpec Spec(int megabytes, TimeSpan pageCost)
    {
        var spec = WorkloadPod.Spec("writer", EchoServer.Image, Port, cpuMilli: 100, megabytes + HeadroomMegabytes);
        string[] arguments = [megabytes.ToString(CultureInfo.InvariantCulture), (pageCost.Ticks * TimeSpan.NanosecondsPerTick).ToString(CultureInfo.InvariantCulture)];
        spec.Containers[0].Command = ["/usr/bin/python3", "-B", "-c", Program, .. arguments];
        return spec;
    }
}
