using System.Globalization;
using k8s.Models;
using Rebalancer.Lab.Clients;

namespace Rebalancer.Lab.Workloads;

/// <summary>
/// A server that keeps a <see cref="RequestChain"/> for each connection, in a way that is its own: by threads, by processes that hand each request on, in
/// a runtime. At the end it compares what it holds.
/// </summary>
internal sealed class ChainWorkload : IWorkload
{
    private readonly ChainConnection[] connections;
    private readonly RequestLoops clients;

    private ChainWorkload(ChainConnection[] connections, int pauseMs, TimeProvider time)
    {
        this.connections = connections;
        clients = RequestLoops.Start((client, cancel) => connections[client].AskAsync(cancel), new RequestLoopsOptions(connections.Length, pauseMs), time);
    }

    public string? Problem => clients.Problem;
    public long Replies => clients.Replies;
    public int Clients => connections.Length;
    public double WindowStallMs => clients.WindowStallMs;

    /// <param name="pauseMs">Think time of a client: two cores serve source, target and clients.</param>
    public static async Task<IWorkload> StartAsync(WorkloadPods pods, string name, V1PodSpec spec, int clients, int pauseMs, CancellationToken cancel)
    {
        var server = await pods.StartAsync(name, spec, cancel);
        var connections = new List<ChainConnection>();
        for (var client = 0; client < clients; client++)
        {
            connections.Add(await ChainConnection.OpenAsync(server, cancel));
        }

        return new ChainWorkload([.. connections], pauseMs, pods.Time);
    }

    public void OpenWindow() => clients.OpenWindow();

    public async Task<string> FinishAsync(CancellationToken cancel)
    {
        await clients.StopAsync();
        if (Problem is { } problem)
        {
            throw new WrongReplyException(problem);
        }

        var held = await connections[0].CheckAsync(cancel);
        return string.Create(CultureInfo.InvariantCulture, $"{connections.Sum(one => one.Requests)} requests on {connections.Length} connections, each answered once and in order; {held}");
    }

    public async ValueTask DisposeAsync()
    {
        await clients.DisposeAsync();
        foreach (var connection in connections)
        {
            connection.Dispose();
        }
    }
}
