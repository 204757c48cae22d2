using Microsoft.AspNetCore.Http;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Resources;

namespace Rebalancer.Testing.Http;

/// <summary>Finds what a path asks for and turns refusals into Status answers.</summary>
internal sealed class ApiRouter(ResourceRegistry registry, Discovery discovery, OpenApi openApi, ObjectEndpoint objects, ILogger<ApiRouter> logger)
{
    public async Task HandleAsync(HttpContext context, CancellationToken stopping)
    {
        try
        {
            await RouteAsync(context, stopping);
        }
        catch (ApiException e) when (!context.Response.HasStarted)
        {
            await Answer.FailureAsync(context, e);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await Answer.FailureAsync(context, new ApiException(e.StatusCode, e.StatusCode == 413 ? "RequestEntityTooLarge" : "BadRequest", e.Message));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested || stopping.IsCancellationRequested)
        {
            // The caller is gone, or the server is going.
            return;
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            logger.LogError(e, "{Method} {Path} failed", context.Request.Method, context.Request.Path);
            await Answer.FailureAsync(context, Failures.Internal(e.Message));
        }
    }

    private bool IsServedGroup(string[] segments) => segments switch
    {
        ["api", var version, ..] => registry.HasGroupVersion("", version),
        ["apis", var group, var version, ..] => registry.HasGroupVersion(group, version),
        _ => false,
    };

    private async Task RouteAsync(HttpContext context, CancellationToken stopping)
    {
        var path = context.Request.Path.Value ?? "/";
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        switch (segments)
        {
            case ["version"]:
                await Answer.JsonAsync(context, Discovery.Version());
                return;
            case ["healthz" or "readyz" or "livez", ..]:
                await Answer.BytesAsync(context, "ok"u8.ToArray(), 200, "text/plain; charset=utf-8");
                return;
            case ["openapi", ..]:
                await openApi.HandleAsync(context, segments);
                return;
        }

        if (await discovery.TryHandleAsync(context, segments) || await Reviews.TryHandleAsync(context, segments))
        {
            return;
        }

        var request = segments switch
        {
            ["api", var version, .. var rest] => ResourceRequest.Parse(registry, "", version, rest),
            ["apis", var group, var version, .. var rest] => ResourceRequest.Parse(registry, group, version, rest),
            _ => null,
        };
        if (request is null && !IsServedGroup(segments))
        {
            await Answer.BytesAsync(context, "404 page not found\n"u8.ToArray(), 404, "text/plain; charset=utf-8");
            return;
        }

        await objects.HandleAsync(context, request ?? throw Failures.UnknownPath(), stopping);
    }
}
