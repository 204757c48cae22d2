using System.Globalization;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Images.Workloads;

namespace Rebalancer.Lab.Workloads;

/// <summary>
/// nginx with one client that downloads a large file over one connection, slower than it is sent: the server's send queue is full whenever it is moved. Every
/// byte is compared, up to the end of the file that the last move found under way.
/// </summary>
internal sealed class NginxWorkload : IWorkload
{
    /// <summary>About 25 MB/s.</summary>
    private const int PauseMs = 10;

    private readonly Download download;
    private readonly RequestLoops clients;

    private NginxWorkload(Download download, TimeProvider time)
    {
        this.download = download;
        clients = RequestLoops.Start((_, cancel) => download.NextAsync(cancel), new RequestLoopsOptions(Clients: 1, PauseMs), time);
    }

    public string? Problem => clients.Problem;
    public long Replies => clients.Replies;
    public int Clients => 1;
    public double WindowStallMs => clients.WindowStallMs;

    public static async Task<IWorkload> StartAsync(WorkloadPods pods, CancellationToken cancel)
    {
        var server = await pods.StartAsync("nginx", Nginx.Spec(), cancel);
        return new NginxWorkload(await Download.OpenAsync(server, new DownloadOptions(Nginx.Path, Nginx.Bytes, Nginx.ContentAt), cancel), pods.Time);
    }

    public void OpenWindow() => clients.OpenWindow();

    public async Task<string> FinishAsync(CancellationToken cancel)
    {
        await clients.StopAsync();
        if (Problem is { } problem)
        {
            throw new WrongReplyException(problem);
        }

        while (!download.AtEnd)
        {
            await download.NextAsync(cancel);
        }

        return string.Create(CultureInfo.InvariantCulture, $"a file of {Nginx.Bytes >> 20} MiB {download.Bytes / Nginx.Bytes} times over one connection, every byte compared");
    }

    public async ValueTask DisposeAsync()
    {
        await clients.DisposeAsync();
        download.Dispose();
    }
}
