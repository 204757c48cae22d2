using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Rebalancer.Simulation.Faults;
using Rebalancer.Simulation.Kernel;

namespace Rebalancer.Simulation.Cluster;

/// <summary>
/// One program's way to the API server, in the place of the sockets under its HTTP client: what it asks travels, arrives or not, once or twice, and so does the
/// answer. A program that died gets no answers, but what it had sent arrives.
/// </summary>
/// <param name="answerLimit">How long the program waits for an answer; its own time limit is the system clock's, which stands still here.</param>
internal sealed class ApiConnection(ApiNetwork network, SimulatedProcess client, Func<bool> isCut, TimeSpan answerLimit) : DelegatingHandler
{
    private readonly Simulator simulator = network.Simulator;
    private readonly FaultRates rates = network.Rates;
    private static readonly byte[] Throttled = Status(429, "TooManyRequests", "the server is busy");
    private static readonly byte[] Broken = Status(500, "InternalError", "etcdserver: leader changed");
    private static readonly byte[] Conflicting = Status(409, "Conflict", "the object has been modified; please apply your changes to the latest version and try again");

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = ReadAsync(request).GetAwaiter().GetResult();
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        if (cancellationToken.CanBeCanceled)
        {
            var registration = cancellationToken.Register(() => answer.TrySetCanceled(cancellationToken));
            _ = answer.Task.ContinueWith(_ => registration.Unregister(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        if (call.Path.Contains("/events", StringComparison.Ordinal))
        {
            // Nobody here reads Events.
            simulator.After(simulator.Between(1, 5), () => Finish(answer, request, call.IsWrite ? new ApiAnswer(201, call.Body!, null) : new ApiAnswer(404, Status(404, "NotFound", "no such event"), null)));
        }
        else
        {
            Send(call, request, answer, cancellationToken);
        }

        return answer.Task;
    }

    private void Send(ApiCall call, HttpRequestMessage request, TaskCompletionSource<HttpResponseMessage> answer, CancellationToken cancellation)
    {
        if (network.IsSpared(call))
        {
            simulator.After(simulator.Between(1, 15), () => network.Server.Start(async () => Finish(answer, request, await network.Api.AskAsync(call))));
            return;
        }

        if (isCut())
        {
            simulator.After(simulator.Chance(0.5) ? simulator.Between(1, 20) : answerLimit, () => Fail(answer, "the network is unreachable"));
            return;
        }

        if (simulator.Chance(rates.Refused) && Refusal(call) is { } refusal)
        {
            simulator.After(Latency(), () => Finish(answer, request, refusal));
            return;
        }

        if (network.Strikes(rates.LostRequest, ApiFaults.LostRequest))
        {
            simulator.After(answerLimit, () => TimeOut(answer));
            return;
        }

        var times = call.IsWrite && network.Strikes(rates.Duplicate, ApiFaults.Duplicate) ? 2 : 1;
        for (var i = 0; i < times; i++)
        {
            var last = i == times - 1;
            simulator.After(Latency(), () => network.Server.Start(() => ArriveAsync(call, request, last ? answer : new(), cancellation)));
        }
    }

    private async Task ArriveAsync(ApiCall call, HttpRequestMessage request, TaskCompletionSource<HttpResponseMessage> answer, CancellationToken cancellation)
    {
        if (call.IsWatch)
        {
            var feed = new WatchFeed(network, call, isCut);
            network.Server.Start(feed.RunAsync);
            simulator.After(Latency(), () => answer.TrySetResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = feed.Content(cancellation), RequestMessage = request }));
            return;
        }

        var made = await network.Api.AskAsync(call);
        network.Answered(client.Name, call, made);
        if (call.Method == "POST" && made.Code == 409) { network.Count(ApiFaults.AlreadyExists); }
        if (isCut() || network.Strikes(rates.LostAnswer, ApiFaults.LostAnswer))
        {
            simulator.After(answerLimit, () => TimeOut(answer));
        }
        else if (call.IsWrite && network.Strikes(rates.BrokenAnswer, ApiFaults.BrokenAnswer))
        {
            simulator.After(Latency(), () => Finish(answer, request, new ApiAnswer(500, Broken, null)));
        }
        else
        {
            simulator.After(Latency(), () => Finish(answer, request, made));
        }
    }

    /// <summary>What was not carried out.</summary>
    private ApiAnswer? Refusal(ApiCall call) => simulator.Random.Next(call.IsWrite ? 4 : 2) switch
    {
        0 => Refused(ApiFaults.Broken, new ApiAnswer(500, Broken, null)),
        1 => Refused(ApiFaults.Throttled, new ApiAnswer(429, Throttled, simulator.Chance(0.5) ? 1 : null)),
        2 => Refused(ApiFaults.Conflict, new ApiAnswer(409, Conflicting, null)),
        _ => null,
    };

    private ApiAnswer Refused(string fault, ApiAnswer answer)
    {
        network.Count(fault);
        return answer;
    }

    private TimeSpan Latency() => simulator.Chance(rates.Slow) ? simulator.Between(100, 3000) : simulator.Between(1, 15);

    private static void Finish(TaskCompletionSource<HttpResponseMessage> answer, HttpRequestMessage request, ApiAnswer made)
    {
        var response = new HttpResponseMessage((HttpStatusCode)made.Code) { Content = new ByteArrayContent(made.Body), RequestMessage = request };
        response.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (made.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(seconds));
        }

        answer.TrySetResult(response);
    }

    private static void Fail(TaskCompletionSource<HttpResponseMessage> answer, string why)
        => answer.TrySetException(new HttpRequestException(why));

    /// <summary>As the program's own time limit ends a request.</summary>
    private static void TimeOut(TaskCompletionSource<HttpResponseMessage> answer)
        => answer.TrySetException(new TaskCanceledException("the request timed out"));

    private static async Task<ApiCall> ReadAsync(HttpRequestMessage request) => new(
        request.Method.Method,
        request.RequestUri!.PathAndQuery,
        request.Content is { } content ? await content.ReadAsByteArrayAsync() : null,
        request.Content?.Headers.ContentType?.ToString());

    private static byte[] Status(int code, string reason, string message)
        => Encoding.UTF8.GetBytes($$"""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"{{message}}","reason":"{{reason}}","code":{{code}}}""");
}
