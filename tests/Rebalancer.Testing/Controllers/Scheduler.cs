using System.Text.Json.Nodes;
using k8s.Models;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers;

/// <summary>Binds pods without a node to the fitting node with the most free cpu; says in the PodScheduled condition why none fits.</summary>
internal sealed class Scheduler(ControllerContext context, ILogger logger) : Controller<ObjectKey>(context, logger)
{
    protected override string Name => "default-scheduler";

    protected override IEnumerable<ObjectKey> Affected(WatchEvent change)
    {
        if (change.Resource == Known.Pods && change.Kind != ChangeKind.Deleted && IsWaiting(change.Object))
        {
            return [change.Object.Key];
        }

        // A node that changed or a pod that went may make room.
        var makesRoom = change.Resource == Known.Nodes || (change.Resource == Known.Pods && change.Kind == ChangeKind.Deleted) || HasEnded(change);
        return makesRoom ? Store.List(Known.Pods).Objects.Values.Where(IsWaiting).Select(p => p.Key) : [];
    }

    protected override async Task ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (Store.Find(Known.Pods, key) is not { } stored || !IsWaiting(stored))
        {
            return;
        }

        var pod = stored.As<V1Pod>();
        var pods = Store.List(Known.Pods).Objects.Values.Where(HoldsRoom).Select(p => p.As<V1Pod>()).ToLookup(p => p.Spec.NodeName);
        var nodes = Store.List(Known.Nodes).Objects.Values.Select(n => n.As<V1Node>()).ToList();
        var verdicts = nodes.Select(n => (Node: n, Free: NodeRoom.Of(n, pods[n.Metadata.Name]))).Select(n => (n.Node, n.Free, Reason: NodeFit.Check(pod, n.Node, n.Free))).ToList();
        var best = verdicts.Where(v => v.Reason is null).OrderByDescending(v => v.Free.CpuCores).ThenBy(v => v.Node.Metadata.Name, StringComparer.Ordinal).FirstOrDefault();
        if (best.Node is null)
        {
            await RefuseAsync(key, nodes.Count, [.. verdicts.Select(v => v.Reason!)], cancellationToken);
            return;
        }

        var binding = new JsonObject { ["metadata"] = new JsonObject { ["uid"] = stored.Uid }, ["target"] = new JsonObject { ["name"] = best.Node.Metadata.Name } };
        try
        {
            await Binder.BindAsync(key, binding, WriteOptions.Of(Name), cancellationToken);
        }
        catch (ApiException e) when (e.Reason is "Conflict" or "NotFound")
        {
            // Bound by somebody else, deleted or replaced: there is nothing left to schedule.
            return;
        }
    }

    private Task RefuseAsync(ObjectKey key, int nodes, IReadOnlyList<string> reasons, CancellationToken cancellationToken)
    {
        var list = reasons.GroupBy(r => r).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Count()} {g.Key}");
        var message = nodes == 0 ? "no nodes available to schedule pods" : $"0/{nodes} nodes are available: {string.Join(", ", list)}.";
        return ChangeAsync(
            new(Known.Pods, key),
            pod =>
            {
                var conditions = pod.Child("status").List("conditions");
                if (conditions.Any(c => c.Text("type") == "PodScheduled" && c.Text("message") == message))
                {
                    return;
                }

                conditions.RemoveAll(c => c.Text("type") == "PodScheduled");
                conditions.Add(new JsonObject
                {
                    ["type"] = "PodScheduled",
                    ["status"] = "False",
                    ["reason"] = "Unschedulable",
                    ["message"] = message,
                    ["lastTransitionTime"] = Timestamps.Seconds(Time.GetUtcNow()),
                });
            },
            cancellationToken,
            "status");
    }

    private static bool IsWaiting(StoredObject pod) =>
        !pod.IsDeleting && string.IsNullOrEmpty(pod.Root.Text("spec", "nodeName")) && pod.Root.Text("spec", "schedulerName") is null or "default-scheduler"
        && !pod.Root.Items("spec", "schedulingGates").Any() && pod.Root.Text("status", "phase") is not ("Succeeded" or "Failed");

    private static bool HoldsRoom(StoredObject pod) =>
        !string.IsNullOrEmpty(pod.Root.Text("spec", "nodeName")) && pod.Root.Text("status", "phase") is not ("Succeeded" or "Failed");

    private static bool HasEnded(WatchEvent change) => change.Resource == Known.Pods && change.Previous is { } before && HoldsRoom(before) && !HoldsRoom(change.Object);
}
