using System.Text.Json;
using k8s.Autorest;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Scheduler.Cluster;

namespace Rebalancer.Scheduler.Extender;

/// <summary>POST /filter, /prioritize and /explain: ExtenderArgs in, the verb's result out. What cannot be answered is answered with a status that `ignorable` applies to.</summary>
internal sealed partial class ExtenderEndpoints(
    IndexKeeper keeper, PodSource pods, Readiness readiness, SchedulerMetrics metrics, SchedulerOptions options, TimeProvider clock, ILogger<ExtenderEndpoints> logger)
{
    private readonly RequestGate gate = new(options.MaxRequests);

    public void Map(WebApplication app)
    {
        app.MapPost("/filter", context => HandleAsync(context, "filter", FilterAnswer.Write));
        app.MapPost("/prioritize", context => HandleAsync(context, "prioritize", PrioritizeAnswer.Write));
        app.MapPost("/explain", context => HandleAsync(context, "explain", ExplainAnswer.Write));
    }

    /// <summary>Answers once to nobody: kube-scheduler's first question would otherwise wait for the compiler, longer than its httpTimeout.</summary>
    public void WarmUp()
    {
        var body = """{"Pod":{"metadata":{"namespace":"none","name":"none"},"spec":{"containers":[]}},"NodeNames":["none"]}"""u8.ToArray();
        using var question = Ask(body, body.Length);
        foreach (var write in new Action<Question, Utf8JsonWriter>[] { FilterAnswer.Write, PrioritizeAnswer.Write, ExplainAnswer.Write })
        {
            using var json = new Utf8JsonWriter(Stream.Null);
            write(question, json);
        }
    }

    private async Task HandleAsync(HttpContext context, string verb, Action<Question, Utf8JsonWriter> write)
    {
        var began = clock.GetTimestamp();
        if (!readiness.IsReady)
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "the caches are not filled yet, or too far behind");
        }
        else if (!gate.TryEnter())
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, $"{options.MaxRequests} requests are being answered already");
        }
        else
        {
            try
            {
                await AnswerAsync(context, write);
            }
            catch (JsonException e)
            {
                await RefuseAsync(context, StatusCodes.Status400BadRequest, e.Message);
            }
            catch (BadHttpRequestException e)
            {
                await RefuseAsync(context, e.StatusCode, e.Message);
            }
            finally
            {
                gate.Leave();
            }
        }

        metrics.Answered(verb, context.Response.StatusCode, clock.GetElapsedTime(began));
    }

    private async Task AnswerAsync(HttpContext context, Action<Question, Utf8JsonWriter> write)
    {
        using var body = await RequestBody.ReadAsync(context.Request, context.RequestAborted);
        using var question = Ask(body.Bytes, body.Length);
        context.Response.ContentType = "application/json";
        using (var json = new Utf8JsonWriter(context.Response.BodyWriter, new JsonWriterOptions { SkipValidation = true }))
        {
            write(question, json);
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        if (logger.IsEnabled(LogLevel.Debug))
        {
            Explain(question);
        }
    }

    private Question Ask(byte[] body, int length)
    {
        var args = ArgsReader.Read(body, length);
        try
        {
            return new Question(args, keeper.Current, pods.Of(args), ClaimedMove.Of(args.Pod, keeper));
        }
        catch
        {
            args.Dispose();
            throw;
        }
    }

    private void Explain(Question question)
    {
        foreach (var slice in question.Args.Nodes)
        {
            if (question.Find(question.Args.Name(slice)) is { } node)
            {
                Scored(logger, question.Pod.FullName, question.Scorer.Explain(node));
            }
        }
    }

    private async Task RefuseAsync(HttpContext context, int status, string message)
    {
        Refused(logger, context.Request.Path, status, message);
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(message + "\n", context.RequestAborted);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Pod {Pod}: {Score}")]
    private static partial void Scored(ILogger logger, string pod, Policy.Scoring.NodeScore score);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} answered {Status}: {Cause}")]
    private static partial void Refused(ILogger logger, string path, int status, string cause);
}
