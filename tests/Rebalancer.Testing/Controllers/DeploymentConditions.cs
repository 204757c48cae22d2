using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers;

/// <summary>What a Deployment says of itself: whether enough pods are available, and how its rollout goes. It never times out here.</summary>
internal static class DeploymentConditions
{
    private const string Done = "NewReplicaSetAvailable";

    /// <param name="status">The status with its new counts; its conditions are still the old ones.</param>
    /// <param name="deployment">As it was, with its old counts.</param>
    public static void Set(JsonObject status, StoredObject deployment, string set, string now)
    {
        var wanted = deployment.Root.Number("spec", "replicas") ?? 1;
        var isAvailable = Count(status, "availableReplicas") >= wanted - RolloutLimits.Of(deployment).MaxUnavailable;
        Put(
            status,
            "Available",
            isAvailable,
            isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
            isAvailable ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
            now);
        var reason = ReasonOf(status, "Progressing");
        if (reason == Done && Count(status, "replicas") == Count(status, "updatedReplicas"))
        {
            return;
        }

        if (new[] { "updatedReplicas", "replicas", "availableReplicas" }.All(field => Count(status, field) == wanted))
        {
            Put(status, "Progressing", true, Done, $"ReplicaSet \"{set}\" has successfully progressed.", now);
        }
        else if (new[] { "updatedReplicas", "readyReplicas", "availableReplicas" }.Any(field => Count(status, field) > (deployment.Root.Number("status", field) ?? 0)))
        {
            Put(status, "Progressing", true, "ReplicaSetUpdated", $"ReplicaSet \"{set}\" is progressing.", now);
        }
        else if (reason is null)
        {
            Put(status, "Progressing", true, "NewReplicaSetCreated", $"Created new replica set \"{set}\"", now);
        }
    }

    private static long Count(JsonObject status, string field) => status.Number(field) ?? 0;

    private static string? ReasonOf(JsonObject status, string type) => status.Objects("conditions").FirstOrDefault(c => c.Text("type") == type).Text("reason");

    private static void Put(JsonObject status, string type, bool isTrue, string reason, string message, string now)
    {
        var conditions = status.List("conditions");
        var old = conditions.OfType<JsonObject>().FirstOrDefault(c => c.Text("type") == type);
        var value = isTrue ? "True" : "False";
        if (old.Text("status") == value && old.Text("reason") == reason)
        {
            return;
        }

        conditions.RemoveAll(c => c.Text("type") == type);
        conditions.Add(new JsonObject
        {
            ["type"] = type,
            ["status"] = value,
            ["lastUpdateTime"] = now,
            ["lastTransitionTime"] = old.Text("status") == value ? old.Text("lastTransitionTime") : now,
            ["reason"] = reason,
            ["message"] = message,
        });
    }
}
