using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Operations;

/// <summary>Gives services addresses of 10.96.0.0/12 in order; an address is not given twice in the life of the server.</summary>
internal sealed class ServiceAddresses
{
    private int _last = 10;

    public void Assign(JsonObject service)
    {
        var spec = service.Child("spec");
        if (spec.Text("type") == "ExternalName")
        {
            return;
        }

        if (string.IsNullOrEmpty(spec.Text("clusterIP")))
        {
            var n = Interlocked.Increment(ref _last);
            spec["clusterIP"] = $"10.{96 + ((n >> 16) & 15)}.{(n >> 8) & 255}.{n & 255}";
        }

        spec.Default("clusterIPs", new JsonArray(spec.Text("clusterIP")));
        spec.Default("ipFamilies", new JsonArray("IPv4"));
        spec.Default("ipFamilyPolicy", "SingleStack");
    }
}
