using System.Text.Json.Nodes;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Kinds;

/// <summary>Defaults of pods, what must be there, and what of a pod's specification may change.</summary>
internal static class PodRules
{
    /// <summary>Fields of a pod's spec, beside container images, that an update may change.</summary>
    private static readonly string[] MutableFields = ["activeDeadlineSeconds", "terminationGracePeriodSeconds", "tolerations", "schedulingGates", "ephemeralContainers"];

    public static void Default(JsonObject pod) => DefaultSpec(pod.Child("spec"));

    public static void DefaultSpec(JsonObject spec)
    {
        spec.Default("restartPolicy", "Always");
        spec.Default("dnsPolicy", "ClusterFirst");
        spec.Default("terminationGracePeriodSeconds", 30);
        spec.Default("schedulerName", "default-scheduler");
        spec.Default("securityContext", new JsonObject());
        foreach (var container in spec.Objects("initContainers").Concat(spec.Objects("containers")))
        {
            DefaultContainer(container);
        }

        foreach (var volume in spec.Objects("volumes").Where(v => v.Count == 1))
        {
            volume["emptyDir"] = new JsonObject();
        }
    }

    public static void Admit(JsonObject pod)
    {
        var spec = pod.Child("spec");
        spec.Default("enableServiceLinks", true);
        spec.Default("serviceAccountName", "default");
        spec.Default("serviceAccount", spec["serviceAccountName"].Copy());
        spec.Default("preemptionPolicy", "PreemptLowerPriority");
        foreach (var key in new[] { "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable" })
        {
            var tolerations = spec.List("tolerations");
            if (!tolerations.Any(t => t.Text("effect") is null or "NoExecute" && (t.Text("key") is null || t.Text("key") == key)))
            {
                tolerations.Add(new JsonObject { ["key"] = key, ["operator"] = "Exists", ["effect"] = "NoExecute", ["tolerationSeconds"] = 300 });
            }
        }
    }

    public static void Begin(JsonObject pod) =>
        pod["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = QualityOfService.Of(pod.Child("spec")) };

    public static IEnumerable<FieldError> Check(JsonObject pod) => CheckSpec(pod.Child("spec"), "spec");

    public static IEnumerable<FieldError> CheckSpec(JsonObject spec, string path)
    {
        if (!spec.Objects("containers").Any())
        {
            yield return FieldError.Required($"{path}.containers");
        }

        if (spec.Text("restartPolicy") is not ("Always" or "OnFailure" or "Never"))
        {
            yield return FieldError.NotSupported($"{path}.restartPolicy", $"\"{spec.Text("restartPolicy")}\"", ["\"Always\"", "\"OnFailure\"", "\"Never\""]);
        }

        foreach (var list in new[] { "initContainers", "containers" })
        {
            var names = new HashSet<string>();
            var index = 0;
            foreach (var container in spec.Objects(list))
            {
                var at = $"{path}.{list}[{index++}]";
                if (string.IsNullOrEmpty(container.Text("name")))
                {
                    yield return FieldError.Required($"{at}.name");
                }
                else if (!names.Add(container.Text("name")!))
                {
                    yield return FieldError.Duplicate($"{at}.name", $"\"{container.Text("name")}\"");
                }

                if (string.IsNullOrEmpty(container.Text("image")) && path == "spec")
                {
                    yield return FieldError.Required($"{at}.image");
                }
            }
        }
    }

    public static IEnumerable<FieldError> CheckUpdate(JsonObject before, JsonObject after)
    {
        if (!JsonNode.DeepEquals(Fixed(before), Fixed(after)))
        {
            yield return FieldError.Forbidden("spec", "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
                + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)");
        }
    }

    private static JsonObject Fixed(JsonObject pod)
    {
        var spec = pod["spec"] is JsonObject o ? o.Copy() : [];
        foreach (var field in MutableFields)
        {
            spec.Remove(field);
        }

        foreach (var container in spec.Objects("containers").Concat(spec.Objects("initContainers")))
        {
            container.Remove("image");
        }

        return spec;
    }

    private static void DefaultContainer(JsonObject container)
    {
        container.Default("terminationMessagePath", "/dev/termination-log");
        container.Default("terminationMessagePolicy", "File");
        var image = container.Text("image") ?? "";
        container.Default("imagePullPolicy", image.EndsWith(":latest", StringComparison.Ordinal) || !image.Contains(':', StringComparison.Ordinal) ? "Always" : "IfNotPresent");
        container.Default("resources", new JsonObject());
        foreach (var port in container.Objects("ports"))
        {
            port.Default("protocol", "TCP");
        }

        if (container["resources"].At("limits") is JsonObject limits)
        {
            var requests = container.Child("resources").Child("requests");
            foreach (var (name, value) in limits)
            {
                requests.Default(name, value.Copy());
            }
        }

        foreach (var probe in new[] { "livenessProbe", "readinessProbe", "startupProbe" }.Select(name => container[name]).OfType<JsonObject>())
        {
            probe.Default("timeoutSeconds", 1);
            probe.Default("periodSeconds", 10);
            probe.Default("successThreshold", 1);
            probe.Default("failureThreshold", 3);
        }
    }
}
