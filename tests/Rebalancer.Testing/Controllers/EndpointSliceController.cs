using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers;

/// <summary>Lists the addresses of the pods behind each service with a selector, in one slice whatever their number.</summary>
internal sealed class EndpointSliceController(ControllerContext context, ILogger logger) : Controller<ObjectKey>(context, logger)
{
    private const string ServiceName = "kubernetes.io/service-name";
    private const string ManagedBy = "endpointslice.kubernetes.io/managed-by";

    protected override string Name => "endpointslice-controller";

    protected override IEnumerable<ObjectKey> Affected(WatchEvent change)
    {
        if (change.Resource == Known.Services)
        {
            return [change.Object.Key];
        }

        if (change.Resource == Known.EndpointSlices && change.Object.Root.Text("metadata", "labels", ServiceName) is { } name)
        {
            return [new(change.Object.Key.Namespace, name)];
        }

        return change.Resource != Known.Pods ? [] : Store.List(Known.Services).Objects.Values
            .Where(s => s.Key.Namespace == change.Object.Key.Namespace && (Selects(s, change.Object) || (change.Previous is { } before && Selects(s, before))))
            .Select(s => s.Key);
    }

    protected override async Task ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (Store.Find(Known.Services, key) is not { IsDeleting: false } service || !service.Root.Properties("spec", "selector").Any())
        {
            return;
        }

        var pods = Store.List(Known.Pods).Objects.Values.Where(p => p.Key.Namespace == key.Namespace && Selects(service, p) && HasAddress(p)).ToList();
        var endpoints = new JsonArray([.. pods.Select(p => (JsonNode)Endpoint(p, service.Root.Flag("spec", "publishNotReadyAddresses")))]);
        var ports = pods.Count == 0 ? null : new JsonArray([.. service.Root.Items("spec", "ports").Select(p => (JsonNode)Port(p, pods))]);
        var existing = Store.List(Known.EndpointSlices).Objects.Values.FirstOrDefault(s =>
            s.Key.Namespace == key.Namespace && s.Root.Text("metadata", "labels", ServiceName) == key.Name && s.Root.Text("metadata", "labels", ManagedBy) is not null);
        if (existing is null)
        {
            await CreateAsync(Known.EndpointSlices, key.Namespace, Slice(service, endpoints, ports), cancellationToken);
            return;
        }

        await ChangeAsync(
            new(Known.EndpointSlices, existing.Key),
            o =>
            {
                o["endpoints"] = endpoints.DeepClone();
                o["ports"] = ports?.DeepClone();
            },
            cancellationToken);
    }

    private JsonObject Slice(StoredObject service, JsonArray endpoints, JsonArray? ports)
    {
        return new()
        {
            ["metadata"] = new JsonObject
            {
                ["generateName"] = service.Key.Name + "-",
                ["labels"] = new JsonObject { [ServiceName] = service.Key.Name, [ManagedBy] = $"{Name}.k8s.io" },
                ["ownerReferences"] = new JsonArray(PodTemplates.ReferenceTo(service, Known.Services)),
            },
            ["addressType"] = "IPv4",
            ["endpoints"] = endpoints,
            ["ports"] = ports,
        };
    }

    private static JsonObject Endpoint(StoredObject pod, bool publishesNotReady)
    {
        var serving = PodConditions.IsReady(pod);
        return new()
        {
            ["addresses"] = new JsonArray(pod.Root.Text("status", "podIP")),
            ["conditions"] = new JsonObject
            {
                ["ready"] = publishesNotReady || (serving && !pod.IsDeleting),
                ["serving"] = serving,
                ["terminating"] = pod.IsDeleting,
            },
            ["nodeName"] = pod.Root.Text("spec", "nodeName"),
            ["targetRef"] = new JsonObject { ["kind"] = "Pod", ["namespace"] = pod.Key.Namespace, ["name"] = pod.Key.Name, ["uid"] = pod.Uid },
        };
    }

    private static JsonObject Port(JsonElement port, List<StoredObject> pods)
    {
        var target = port.At("targetPort") is { ValueKind: JsonValueKind.String } named
            ? pods.SelectMany(p => p.Root.Items("spec", "containers")).SelectMany(c => c.Items("ports"))
                .Where(p => p.Text("name") == named.GetString()).Select(p => p.Number("containerPort")).FirstOrDefault()
            : port.Number("targetPort");
        return new() { ["name"] = port.Text("name") ?? "", ["port"] = target ?? port.Number("port"), ["protocol"] = port.Text("protocol") ?? "TCP" };
    }

    private static bool HasAddress(StoredObject pod) =>
        !string.IsNullOrEmpty(pod.Root.Text("status", "podIP")) && pod.Root.Text("status", "phase") is not ("Succeeded" or "Failed");

    private static bool Selects(StoredObject service, StoredObject pod)
    {
        var selector = service.Root.Properties("spec", "selector").ToList();
        return selector.Count > 0 && selector.All(s => pod.Root.Text("metadata", "labels", s.Name) == s.Value.GetString());
    }
}
