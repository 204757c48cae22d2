using System.Globalization;
using Rebalancer.Lab.Clients;

namespace Rebalancer.Lab.Demo;

/// <summary>Lines for a log: one when a headline or a migration changes, and the clients' state every few seconds.</summary>
internal sealed class PlainDemoView(TextWriter output, TimeProvider time) : IDemoView
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ClientsEvery = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, string> lastByMove = [];
    private readonly long started = time.GetTimestamp();
    private string headline = "";
    private TimeSpan nextClients;

    public async Task ShowAsync(Func<DemoSnapshot> snapshot, Task work, CancellationToken cancel)
    {
        using var looks = new PeriodicTimer(Look, time);
        while (!work.IsCompleted)
        {
            Write(snapshot());
            await Task.WhenAny(work, looks.WaitForNextTickAsync(cancel).AsTask());
        }

        Write(snapshot());
        await work;
    }

    private void Write(DemoSnapshot now)
    {
        if (now.Headline != headline)
        {
            headline = now.Headline;
            Line(headline);
        }

        foreach (var move in now.Moves)
        {
            var text = $"{move.Pod}: {move.From} -> {move.To} {move.Phase} source={move.Source} target={move.Target} "
                + $"sent={DemoText.Megabytes(move.Bytes)} freeze={DemoText.Milliseconds(move.FreezeMs)}";
            var key = $"{move.Pod} {move.From} {move.To}";
            if (lastByMove.GetValueOrDefault(key) != text)
            {
                lastByMove[key] = text;
                Line(text);
            }
        }

        if (now.Counter is { } counter && time.GetElapsedTime(started) >= nextClients)
        {
            nextClients = time.GetElapsedTime(started) + ClientsEvery;
            Line(Describe(counter) + (now.Echo is { } echo ? "; " + Describe(echo) : ""));
        }
    }

    private static string Describe(CounterReport counter) => string.Create(CultureInfo.InvariantCulture,
        $"Redis counter: {counter.Replies} replies, {counter.RepliesWrong} wrong, {counter.ConnectionsBroken} broken, longest stall {counter.WindowStall.Ms:0} ms");

    private static string Describe(EchoReport echo) => string.Create(CultureInfo.InvariantCulture,
        $"WebSockets: {echo.ConnectionsKept} open, {echo.Replies} echoes, {echo.RepliesWrong} wrong, longest stall {echo.WindowStall.Ms:0} ms");

    private void Line(string text) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(started).TotalSeconds,7:0.0} s  {text}"));
}
