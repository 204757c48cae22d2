using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Descheduler.Certificates;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Descheduler.Webhook;

/// <summary>AdmissionReview in, AdmissionReview out, within a limit. Fails open.</summary>
internal static partial class AdmissionEndpoint
{
    private const string Key = "key";

    /// <summary>Answers below <paramref name="path"/> who has the key in his path; for everybody else there is nothing.</summary>
    public static void MapWebhook(this WebApplication app, string path, Delegate answer) => app.MapPost($"{path}/{{{Key}}}", answer).AddEndpointFilter(async (context, next) =>
    {
        var certificates = context.HttpContext.RequestServices.GetRequiredService<WebhookCertificates>();
        return context.HttpContext.GetRouteValue(Key) is string key && certificates.IsCaller(key) ? await next(context) : Results.NotFound();
    });

    /// <param name="path">Of the webhook, for the log: that of the request has the key in it.</param>
    public static async Task<IResult> AnswerAsync(HttpContext context, string path, TimeSpan longest, ILogger logger, Func<AdmissionRequest, CancellationToken, Task<AdmissionAnswer>> answer)
    {
        AdmissionRequest request;
        try
        {
            request = AdmissionRequest.Parse(await JsonNode.ParseAsync(context.Request.Body, documentOptions: AdmissionRequest.Form, cancellationToken: context.RequestAborted));
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            return Results.BadRequest(e.Message);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(longest);
        try
        {
            return ToResult(request, await answer(request, limit.Token));
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or OperationCanceledException or TimeoutException)
        {
            Passed(logger, path, request.Namespace, request.Name, e.Message);
            return ToResult(request, new AdmissionAnswer.Allow());
        }
    }

    private static IResult ToResult(AdmissionRequest request, AdmissionAnswer answer) => Results.Text(answer.ToReview(request.Uid).ToJsonString(), "application/json");

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhook {Path} let a request of {Namespace}/{Name} pass unlooked at: {Cause}")]
    private static partial void Passed(ILogger logger, string path, string @namespace, string name, string cause);
}
