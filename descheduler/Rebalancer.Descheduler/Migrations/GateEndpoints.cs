using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;

namespace Rebalancer.Descheduler.Migrations;

/// <summary>
/// A pod whose object has gone is no endpoint of its Services any more, though it answers at its address, here and soon on the target. Slices of our own keep it
/// one until its new object is. Pure.
/// </summary>
internal static class GateEndpoints
{
    public const string MigrationLabel = "rebalancer.dev/migration-uid";
    private const string Manager = "rebalancer.dev";

    /// <summary>One for each Service that selects the pod; none for a pod that is not ready, or that keeps no address.</summary>
    public static IEnumerable<V1EndpointSlice> Of(Observation o)
    {
        if (o.Source is not { } pod || !PodMapping.IsReady(pod) || pod.Status.PodIP is not { Length: > 0 } address)
        {
            yield break;
        }

        foreach (var service in o.Cluster.Services.Where(s => Selects(s, pod)))
        {
            yield return new V1EndpointSlice
            {
                ApiVersion = "discovery.k8s.io/v1",
                Kind = V1EndpointSlice.KubeKind,
                Metadata = Meta(o.Migration, service),
                AddressType = address.Contains(':', StringComparison.Ordinal) ? "IPv6" : "IPv4",
                Endpoints =
                [
                    new V1Endpoint
                    {
                        Addresses = [address],
                        Hostname = pod.Spec.Hostname is { Length: > 0 } name && pod.Spec.Subdomain == service.Metadata.Name ? name : null,
                        Conditions = new V1EndpointConditions { Ready = true, Serving = true, Terminating = false },
                        NodeName = o.Status.TargetNode,
                    },
                ],
                Ports = [.. (service.Spec.Ports ?? []).Select(p => Port(p, pod)).OfType<Discoveryv1EndpointPort>()],
            };
        }
    }

    private static V1ObjectMeta Meta(Migration migration, V1Service service) => new()
    {
        Name = $"{service.Metadata.Name}-{migration.Metadata.Uid}",
        NamespaceProperty = migration.Metadata.NamespaceProperty,
        Labels = new Dictionary<string, string>
        {
            ["kubernetes.io/service-name"] = service.Metadata.Name,
            ["endpointslice.kubernetes.io/managed-by"] = Manager,
            [MigrationLabel] = migration.Metadata.Uid,
        },
        // Whatever happens to us, it goes with the Migration.
        OwnerReferences = [new V1OwnerReference { ApiVersion = Names.ApiVersion, Kind = Migration.MigrationKind, Name = migration.Metadata.Name, Uid = migration.Metadata.Uid }],
    };

    private static bool Selects(V1Service service, V1Pod pod)
        => service.Spec is { Selector: { Count: > 0 } selector, Type: not "ExternalName" }
            && selector.All(l => pod.Metadata.Labels?.TryGetValue(l.Key, out var value) == true && value == l.Value);

    /// <summary>Null: the pod has no port of that name.</summary>
    private static Discoveryv1EndpointPort? Port(V1ServicePort port, V1Pod pod)
    {
        var target = port.TargetPort?.Value is { Length: > 0 } given ? given : port.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var number = int.TryParse(target, out var known) ? known
            : pod.Spec.Containers.SelectMany(c => c.Ports ?? []).FirstOrDefault(p => p.Name == target && (p.Protocol ?? "TCP") == (port.Protocol ?? "TCP"))?.ContainerPort;
        return number is null ? null : new Discoveryv1EndpointPort { Name = port.Name ?? "", Port = number, Protocol = port.Protocol ?? "TCP", AppProtocol = port.AppProtocol };
    }
}
