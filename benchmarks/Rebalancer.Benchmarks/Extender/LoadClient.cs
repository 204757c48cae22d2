using System.Diagnostics;
using System.Net.Http.Headers;

namespace Rebalancer.Benchmarks.Extender;

/// <summary>Asks the extender as kube-scheduler does, and looks at each answer to its end.</summary>
internal sealed class LoadClient : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private readonly HttpClient client;
    private readonly Uri verb;

    public LoadClient(Uri extender, string verb)
    {
        client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(10) };
        this.verb = new Uri(extender, verb);
    }

    /// <returns>False where the answer is not a list of as many scores as names were sent.</returns>
    public async Task<bool> AskAsync(byte[] body, int names)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = Json;
        try
        {
            using var answer = await client.PostAsync(verb, content);
            var text = await answer.Content.ReadAsByteArrayAsync();
            return answer.IsSuccessStatusCode && text.AsSpan().Count("\"Score\""u8) == names;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>So many clients, each asking again as soon as it has its answer.</summary>
    public async Task<LoadResult> ClosedAsync(RequestBodies bodies, int names, int clients, TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        var samples = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var mine = new List<Sample>();
            for (var request = client; watch.Elapsed < time; request += clients)
            {
                var began = watch.Elapsed;
                var good = await AskAsync(bodies[request], names);
                mine.Add(new Sample((watch.Elapsed - began).TotalMilliseconds, good));
            }

            return mine;
        })));
        return LoadResult.Of("closed", names, clients, samples.SelectMany(s => s), watch.Elapsed);
    }

    /// <summary>A request each interval whatever the answers do. Waiting counts from when it was due, so that a stall is not hidden by the requests that it holds up.</summary>
    public async Task<LoadResult> OpenAsync(RequestBodies bodies, int names, double perSecond, TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        var running = new List<Task<Sample>>();
        var count = (int)(time.TotalSeconds * perSecond);
        for (var request = 0; request < count; request++)
        {
            var due = TimeSpan.FromSeconds(request / perSecond);
            if (due - watch.Elapsed is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait);
            }

            running.Add(TimedAsync(watch, due, bodies[request], names));
        }

        var samples = await Task.WhenAll(running);
        return LoadResult.Of("open", names, 1, samples, watch.Elapsed);
    }

    public void Dispose() => client.Dispose();

    private async Task<Sample> TimedAsync(Stopwatch watch, TimeSpan due, byte[] body, int names)
    {
        var good = await AskAsync(body, names);
        return new Sample((watch.Elapsed - due).TotalMilliseconds, good);
    }
}

internal readonly record struct Sample(double Ms, bool Good);
