using Microsoft.AspNetCore.Http;
using Rebalancer.Testing.Operations;

namespace Rebalancer.Testing.Http;

/// <summary>How a write is done and by whom: query parameters, and the caller's token.</summary>
internal static class RequestOptions
{
    public static WriteOptions Write(HttpContext context, string subresource = "") => new()
    {
        DryRun = context.Request.Query["dryRun"].Contains("All"),
        FieldValidation = context.Request.Query["fieldValidation"].ToString() is { Length: > 0 } validation ? validation : "Warn",
        Subresource = subresource,
        Caller = Caller.Of(context.Request.Headers.Authorization.ToString()),
    };

    public static bool IsTrue(HttpContext context, string name) => context.Request.Query[name].ToString() is "true" or "1" or "True";
}
