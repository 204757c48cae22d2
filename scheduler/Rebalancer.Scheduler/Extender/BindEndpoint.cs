using System.Text.Json;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Scheduler.Extender;

/// <summary>POST /bind: ExtenderBindingArgs in, ExtenderBindingResult out. Only where the scheduler's configuration names a bindVerb; otherwise it binds itself.</summary>
internal static class BindEndpoint
{
    private static readonly JsonSerializerOptions Exact = new() { PropertyNamingPolicy = null };

    public static void MapBind(this WebApplication app) => app.MapPost("/bind", BindAsync);

    private static async Task<IResult> BindAsync(HttpContext context, ApiClient client)
    {
        try
        {
            var args = await JsonSerializer.DeserializeAsync<BindingArgs>(context.Request.Body, Exact, context.RequestAborted);
            if (args is not { PodName.Length: > 0, PodNamespace.Length: > 0, Node.Length: > 0 })
            {
                return Results.BadRequest("ExtenderBindingArgs lacks PodName, PodNamespace or Node");
            }

            await client.PlaceAsync(args.PodNamespace, args.PodName, args.PodUID, args.Node, context.RequestAborted);
            return Results.Json(new BindingResult(""), Exact);
        }
        catch (JsonException e)
        {
            return Results.BadRequest(e.Message);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or TimeoutException)
        {
            return Results.Json(new BindingResult(e.Message), Exact);
        }
    }

    private sealed record BindingArgs(string PodName, string PodNamespace, string PodUID, string Node);

    private sealed record BindingResult(string Error);
}
