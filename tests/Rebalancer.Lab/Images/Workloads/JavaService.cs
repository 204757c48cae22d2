using k8s.Models;

namespace Rebalancer.Lab.Images.Workloads;

/// <summary>
/// A server on Debian's OpenJDK with its settings as they come: just-in-time compilers, the G1 collector, a virtual thread for each connection, a platform
/// thread that counts, and 64 MB of arrays, of which each request replaces one. The virtual machine compiles the program itself, when it starts.
/// </summary>
internal static class JavaService
{
    public const string Image = "lab.local/java-service:1";
    public const int Connections = 8;
    private const int Port = 7000;
    private const int MemoryMegabytes = 512;
    private const string Home = "/usr/lib/jvm/java-25-openjdk-amd64";
    private const string File = "/service/Chains.java";

    private const string Program = """
        import java.io.*;
        import java.net.*;
        import java.util.*;
        import java.util.concurrent.*;

        public class Chains {
            record Request(int client, long number, CompletableFuture<String> answer) { }

            static final int ARRAYS = 16384, LENGTH = 4096;
            static final byte[][] kept = new byte[ARRAYS][];
            static final long[] versions = new long[ARRAYS];
            static final LinkedBlockingQueue<Request> requests = new LinkedBlockingQueue<>();
            static volatile long ticks;

            static byte[] content(int at, long version) {
                var bytes = new byte[LENGTH];
                new Random(at * 31L + version).nextBytes(bytes);
                return bytes;
            }

            static void count() {
                var numbers = new HashMap<Integer, Long>();
                var values = new HashMap<Integer, Long>();
                while (true) {
                    try {
                        var request = requests.take();
                        if (request.number != numbers.getOrDefault(request.client, 0L) + 1) {
                            request.answer.complete("request " + request.number + " after " + numbers.get(request.client));
                            continue;
                        }
                        numbers.put(request.client, request.number);
                        values.merge(request.client, request.number, (old, _) -> old * 6364136223846793005L + request.number);
                        var at = (int) ((request.client * 31L + request.number) * 7919 % ARRAYS);
                        synchronized (kept) { kept[at] = content(at, ++versions[at]); }
                        request.answer.complete(request.number + " " + Long.toUnsignedString(values.get(request.client)));
                    } catch (InterruptedException e) { return; }
                }
            }

            static String check() throws InterruptedException {
                var seen = ticks;
                Thread.sleep(500);
                if (ticks <= seen) return "the timer stands still";
                synchronized (kept) {
                    for (var at = 0; at < ARRAYS; at++) {
                        if (!Arrays.equals(kept[at], content(at, versions[at]))) return "array " + at + " of version " + versions[at] + " differs";
                    }
                }
                System.gc();
                return "ok " + ARRAYS + " arrays hold what was written last";
            }

            static void serve(Socket socket, int client) {
                try (socket) {
                    var in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
                    for (String line; (line = in.readLine()) != null; ) {
                        var answer = new CompletableFuture<String>();
                        if (line.equals("check")) answer.complete(check());
                        else requests.put(new Request(client, Long.parseLong(line), answer));
                        socket.getOutputStream().write((answer.get() + "\n").getBytes());
                    }
                } catch (Exception e) { e.printStackTrace(); }
            }

            public static void main(String[] arguments) throws IOException {
                for (var at = 0; at < ARRAYS; at++) kept[at] = content(at, 0);
                Thread.ofPlatform().start(Chains::count);
                Executors.newScheduledThreadPool(1).scheduleAtFixedRate(() -> ticks++, 0, 10, TimeUnit.MILLISECONDS);
                try (var server = new ServerSocket(7000)) {
                    for (var client = 1; ; client++) {
                        var socket = server.accept();
                        var number = client;
                        socket.setTcpNoDelay(true);
                        Thread.startVirtualThread(() -> serve(socket, number));
                    }
                }
            }
        }
        """;

    public static async Task<(ImageConfig Config, IEnumerable<ImageFile> Files)> BuildAsync(DebianFiles debian, string folder, CancellationToken cancel)
    {
        var linked = await debian.ProgramsAsync(cancel, $"{Home}/bin/java", $"{Home}/lib/server/libjvm.so");
        var files = linked.Concat(debian.Folder(Home + "/lib")).Concat(debian.Folder(Home + "/conf")).DistinctBy(file => file.Path);
        return (new ImageConfig(Image, $"{Home}/bin/java", File), [.. LabImages.Shell(debian), .. files, ImageFile.Content(File, Program)]);
    }

    public static V1PodSpec Spec() => WorkloadPod.Spec("jvm", Image, Port, cpuMilli: 500, MemoryMegabytes);
}
