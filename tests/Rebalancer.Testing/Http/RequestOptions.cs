using Microsoft.AspNetCore.Http;
using Rebalancer.Testing.Operations;

namespace Rebalancer.Testing.Http;

/// <summary>Query parameters of writes.</summary>
internal static class RequestOptions
{
    public static WriteOptions Write(HttpContext context, string subresource = "") => new()
    {
        DryRun = context.Request.Query["dryRun"].Contains("All"),
        FieldValidation = context.Request.Query["fieldValidation"].ToString() is { Length: > 0 } validation ? validation : "Warn",
        Subresource = subresource,
    };

    public static bool IsTrue(HttpContext context, string name) => context.Request.Query[name].ToString() is "true" or "1" or "True";
}
