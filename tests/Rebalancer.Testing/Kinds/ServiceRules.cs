using System.Text.Json.Nodes;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Kinds;

/// <summary>Defaults and checks of services. Cluster addresses are allocated by <see cref="Operations.ServiceAddresses"/>.</summary>
internal static class ServiceRules
{
    public static void Default(JsonObject service)
    {
        var spec = service.Child("spec");
        spec.Default("type", "ClusterIP");
        spec.Default("sessionAffinity", "None");
        spec.Default("internalTrafficPolicy", "Cluster");
        foreach (var port in spec.Objects("ports"))
        {
            port.Default("protocol", "TCP");
            port.Default("targetPort", port["port"].Copy());
        }
    }

    public static IEnumerable<FieldError> Check(JsonObject service)
    {
        var spec = service.Child("spec");
        var ports = spec.Objects("ports").ToList();
        if (ports.Count == 0 && spec.Text("clusterIP") != "None" && spec.Text("type") != "ExternalName")
        {
            yield return FieldError.Required("spec.ports");
        }

        for (var i = 0; i < ports.Count; i++)
        {
            if (ports[i].Number("port") is not (>= 1 and <= 65535))
            {
                yield return FieldError.Invalid($"spec.ports[{i}].port", ports[i]["port"]?.ToJsonString() ?? "null", "must be between 1 and 65535, inclusive");
            }
        }
    }
}
