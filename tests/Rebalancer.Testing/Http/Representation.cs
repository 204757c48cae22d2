using Microsoft.AspNetCore.Http;
using Rebalancer.Testing.Errors;

namespace Rebalancer.Testing.Http;

internal enum Representation
{
    Plain,
    Table,
    Metadata,
}

/// <summary>What form of an answer the Accept header asks for.</summary>
internal static class Representations
{
    public static Representation Of(HttpRequest request)
    {
        var accept = request.Headers.Accept.ToString();
        if (accept.Length == 0)
        {
            return Representation.Plain;
        }

        foreach (var option in accept.Split(',', StringSplitOptions.TrimEntries))
        {
            var parts = option.Split(';', StringSplitOptions.TrimEntries);
            if (parts[0] is not ("application/json" or "*/*" or "application/*"))
            {
                continue;
            }

            switch (parts.FirstOrDefault(p => p.StartsWith("as=", StringComparison.Ordinal)))
            {
                case null:
                    return Representation.Plain;
                case "as=Table" when parts.Contains("v=v1"):
                    return Representation.Table;
                case "as=PartialObjectMetadata" or "as=PartialObjectMetadataList" when parts.Contains("v=v1"):
                    return Representation.Metadata;
            }
        }

        throw new ApiException(406, "NotAcceptable", "only the following media types are accepted: application/json, application/yaml");
    }
}
