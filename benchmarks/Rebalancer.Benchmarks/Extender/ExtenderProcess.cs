using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Rebalancer.Benchmarks.Wrapper;

namespace Rebalancer.Benchmarks.Extender;

/// <summary>The published extender as a process of its own.</summary>
internal sealed class ExtenderProcess : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Process process;

    private ExtenderProcess(Process process, Uri url) => (this.process, Url) = (process, url);

    public Uri Url { get; }

    public double ResidentMib
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64 / 1048576.0;
        }
    }

    public TimeSpan Cpu
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Returns once its caches are filled.</summary>
    public static async Task<ExtenderProcess> StartAsync(string apiUrl, CancellationToken cancellation)
    {
        var program = Path.Combine(WrapperReport.RepositoryRoot, "artifacts", "publish", "scheduler", "Rebalancer.Scheduler.dll");
        if (!File.Exists(program)) { throw new FileNotFoundException($"{program} is missing: make bench-extender publishes it"); }
        var kubeconfig = Path.Combine(WrapperReport.RepositoryRoot, "artifacts", "bench-extender.kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, Kubeconfig(apiUrl), cancellation);
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet", [program, "--kubeconfig", kubeconfig, "--listen", $"127.0.0.1:{port}"]) { RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        var extender = new ExtenderProcess(process, new Uri($"http://127.0.0.1:{port}/"));
        try
        {
            await extender.UntilReadyAsync(cancellation);
            return extender;
        }
        catch
        {
            extender.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
    }

    private async Task UntilReadyAsync(CancellationToken cancellation)
    {
        using var client = new HttpClient { BaseAddress = Url };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(StartLimit);
        while (!await IsReadyAsync(client, limit.Token))
        {
            if (process.HasExited) { throw new InvalidOperationException($"the extender ended with {process.ExitCode}"); }
            await Task.Delay(Pause, limit.Token);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient client, CancellationToken cancellation)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri("readyz", UriKind.Relative), cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Kubeconfig(string url) => $$$"""
        {"apiVersion":"v1","kind":"Config","current-context":"bench","clusters":[{"name":"bench","cluster":{"server":"{{{url}}}"}}],
         "contexts":[{"name":"bench","context":{"cluster":"bench","user":"bench"}}],"users":[{"name":"bench","user":{"token":"bench"}}]}
        """;
}
