using System.Globalization;
using System.Net;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Images.Workloads;

namespace Rebalancer.Lab.Workloads;

/// <summary>
/// PostgreSQL under transfers between accounts, each a transaction of five statements that also appends the client's own counter to a table. At the end the
/// sum of all balances and every acknowledged commit must be there, in the server as it runs and once more after it has recovered from its files alone.
/// </summary>
internal sealed class PostgresWorkload : IWorkload
{
    private const int Connections = 4;
    private const int Accounts = 10_000;
    private const int Balance = 1000;
    private const int MaxAmount = 100;
    private const int Seed = 1;
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);

    private readonly IPEndPoint server;
    private readonly TimeProvider time;
    private readonly PostgresConnection[] connections;
    private readonly Random[] randoms = [.. Enumerable.Range(Seed, Connections).Select(seed => new Random(seed))];
    private readonly long[] committed = new long[Connections];
    private readonly RequestLoops clients;

    private PostgresWorkload(IPEndPoint server, PostgresConnection[] connections, TimeProvider time)
    {
        this.server = server;
        this.time = time;
        this.connections = connections;
        clients = RequestLoops.Start(TransferAsync, new RequestLoopsOptions(Connections), time);
    }

    public string? Problem => clients.Problem;
    public long Replies => clients.Replies;
    public int Clients => Connections;
    public double WindowStallMs => clients.WindowStallMs;

    public static async Task<IWorkload> StartAsync(WorkloadPods pods, CancellationToken cancel)
    {
        var server = await pods.StartAsync("postgres", Postgres.Spec(), cancel);
        using (var connection = await OpenAsync(server, pods.Time, cancel))
        {
            await connection.QueryAsync("CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL)", cancel);
            await connection.QueryAsync($"INSERT INTO accounts SELECT id, {Balance} FROM generate_series(1, {Accounts}) AS id", cancel);
            await connection.QueryAsync("CREATE TABLE commits (client int, number bigint, PRIMARY KEY (client, number))", cancel);
        }

        var connections = new List<PostgresConnection>();
        for (var client = 0; client < Connections; client++)
        {
            connections.Add(await PostgresConnection.OpenAsync(server, cancel));
        }

        return new PostgresWorkload(server, [.. connections], pods.Time);
    }

    public void OpenWindow() => clients.OpenWindow();

    public async Task<string> FinishAsync(CancellationToken cancel)
    {
        await clients.StopAsync();
        await CheckAsync(connections[0], cancel);
        await CrashAsync(cancel);
        using var recovered = await OpenAsync(server, time, cancel);
        await CheckAsync(recovered, cancel);
        return string.Create(CultureInfo.InvariantCulture,
            $"{committed.Sum()} transfers on {Connections} connections, none failed; sum of {Accounts} balances and every commit found, also after crash recovery");
    }

    public async ValueTask DisposeAsync()
    {
        await clients.DisposeAsync();
        foreach (var connection in connections)
        {
            connection.Dispose();
        }
    }

    private async Task TransferAsync(int client, CancellationToken cancel)
    {
        // In ascending order: transfers that lock the same two accounts the other way round would deadlock.
        var first = randoms[client].Next(1, Accounts);
        var second = randoms[client].Next(first + 1, Accounts + 1);
        var amount = randoms[client].Next(1, MaxAmount + 1);
        (string Sql, string Tag)[] statements =
        [
            ("BEGIN", "BEGIN"),
            (string.Create(CultureInfo.InvariantCulture, $"UPDATE accounts SET balance = balance - {amount} WHERE id = {first}"), "UPDATE 1"),
            (string.Create(CultureInfo.InvariantCulture, $"UPDATE accounts SET balance = balance + {amount} WHERE id = {second}"), "UPDATE 1"),
            (string.Create(CultureInfo.InvariantCulture, $"INSERT INTO commits VALUES ({client}, {committed[client] + 1})"), "INSERT 0 1"),
            ("COMMIT", "COMMIT"),
        ];
        foreach (var (sql, tag) in statements)
        {
            var result = await connections[client].QueryAsync(sql, cancel);
            _ = result.Tag == tag ? true : throw new WrongReplyException($"'{sql}' answered '{result.Tag}' instead of '{tag}'");
        }

        committed[client]++;
    }

    private async Task CheckAsync(PostgresConnection connection, CancellationToken cancel)
    {
        var sum = await connection.ValueAsync("SELECT sum(balance) FROM accounts", cancel);
        Expect("sum of all balances", sum, (long)Accounts * Balance);
        for (var client = 0; client < Connections; client++)
        {
            var where = string.Create(CultureInfo.InvariantCulture, $"FROM commits WHERE client = {client}");
            Expect($"commits of client {client}", await connection.ValueAsync($"SELECT count(*) {where}", cancel), committed[client]);
            Expect($"last commit of client {client}", await connection.ValueAsync($"SELECT coalesce(max(number), 0) {where}", cancel), committed[client]);
        }
    }

    private static void Expect(string what, string found, long expected)
    {
        if (found != expected.ToString(CultureInfo.InvariantCulture))
        {
            throw new WrongReplyException($"PostgreSQL: {what} is {found}, expected {expected}");
        }
    }

    /// <summary>SIGQUIT is PostgreSQL's immediate shutdown: nothing is written any more, and the next start replays the log.</summary>
    private async Task CrashAsync(CancellationToken cancel)
    {
        try
        {
            await connections[0].QueryAsync("COPY (SELECT 1) TO PROGRAM 'kill -QUIT 1'", cancel);
            await connections[0].QueryAsync("SELECT pg_sleep(60)", cancel);
        }
        catch (Exception e) when (e is IOException or WrongReplyException)
        {
            return;
        }

        throw new WrongReplyException("PostgreSQL went on after an immediate shutdown");
    }

    /// <summary>A server that is starting refuses connections, or answers that it is starting.</summary>
    private static async Task<PostgresConnection> OpenAsync(IPEndPoint server, TimeProvider time, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await PostgresConnection.OpenAsync(server, cancel);
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or WrongReplyException && time.GetElapsedTime(started) < WorkloadPods.ReadyLimit)
            {
                await Task.Delay(RetryPause, time, cancel);
            }
        }
    }
}
