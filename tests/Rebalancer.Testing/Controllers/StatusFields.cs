using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Controllers;

/// <summary>Writes parts of a status as the real controllers do.</summary>
internal static class StatusFields
{
    /// <summary>The real controllers leave counts of zero out.</summary>
    public static void SetCount(JsonObject status, string name, long count)
    {
        status.Remove(name);
        if (count > 0)
        {
            status[name] = count;
        }
    }

    /// <summary>Sets a condition; the transition time moves only when the status does.</summary>
    public static void SetCondition(JsonObject status, string type, bool isTrue, string reason, string now, long? observedGeneration = null)
    {
        var conditions = status.List("conditions");
        var condition = conditions.OfType<JsonObject>().FirstOrDefault(c => c.Text("type") == type);
        if (condition is null)
        {
            condition = new JsonObject { ["type"] = type };
            conditions.Add(condition);
        }

        var value = isTrue ? "True" : "False";
        if (condition.Text("status") != value)
        {
            condition["status"] = value;
            condition["lastTransitionTime"] = now;
        }

        condition["reason"] = reason;
        condition["message"] = "";
        if (observedGeneration is { } generation)
        {
            condition["observedGeneration"] = generation;
        }
    }
}
