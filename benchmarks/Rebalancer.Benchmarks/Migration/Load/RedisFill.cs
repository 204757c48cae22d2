using System.Net;
using Rebalancer.Lab.Clients;

namespace Rebalancer.Benchmarks.Migration.Load;

/// <summary>Fills a Redis with random values over a connection that is closed afterwards.</summary>
internal static class RedisFill
{
    private const int Batch = 16;
    private static readonly TimeSpan ReplyLimit = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(IPEndPoint server, int megabytes, TimeProvider time, CancellationToken cancel)
    {
        using var connection = await RespConnection.ConnectAsync(server, time, cancel);
        await Task.Factory.StartNew(() => Fill(connection, RandomValues.Count(megabytes), cancel), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private static void Fill(RespConnection connection, int count, CancellationToken cancel)
    {
        var commands = new ValueCommands(Batch);
        for (var key = 0; key < count; key += Batch)
        {
            cancel.ThrowIfCancellationRequested();
            var last = Math.Min(count, key + Batch);
            commands.Clear();
            for (var each = key; each < last; each++) { commands.Set(each, version: 0); }
            connection.Send(commands.Pending);
            for (var each = key; each < last; each++)
            {
                if (connection.ReadLine(ReplyLimit, cancel) is var line and not "+OK") { throw new RespException($"SET {ValueCommands.Key(each)} answered '{line}'"); }
            }
        }
    }
}
