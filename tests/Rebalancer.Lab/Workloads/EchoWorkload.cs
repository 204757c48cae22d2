using System.Globalization;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Images.Workloads;

namespace Rebalancer.Lab.Workloads;

/// <summary>A WebSocket server with many connections, each of which checks every echo.</summary>
internal sealed class EchoWorkload : IWorkload
{
    private const int Connections = 200;

    private readonly EchoClients clients;

    private EchoWorkload(EchoClients clients) => this.clients = clients;

    public string? Problem => clients.Report().FirstProblem;
    public long Replies => clients.Report().Replies;
    public int Clients => Connections;
    public double WindowStallMs => clients.Report().WindowStall.Ms;

    public static async Task<IWorkload> StartAsync(WorkloadPods pods, CancellationToken cancel)
    {
        var server = await pods.StartAsync("websockets", EchoServer.Spec(), cancel);
        // Two cores serve source, target and clients: slower messages leave room for the moves.
        var options = new EchoClientsOptions(Connections, MinPauseMs: 200, MaxPauseMs: 500);
        return new EchoWorkload(await EchoClients.StartAsync(EchoServer.Url(server.Address), options, pods.Time, cancel));
    }

    public void OpenWindow() => clients.OpenWindow();

    public async Task<string> FinishAsync(CancellationToken cancel)
    {
        var report = await clients.StopAsync();
        return report.Good
            ? string.Create(CultureInfo.InvariantCulture, $"{report.Replies} echoes on {report.ConnectionsKept} connections, none wrong, none broken")
            : throw new WrongReplyException($"{report.RepliesWrong} echoes wrong, {report.ConnectionsBroken} connections broken: {report.FirstProblem}");
    }

    public ValueTask DisposeAsync() => clients.DisposeAsync();
}
