using System.Globalization;
using System.Text.Json.Nodes;

namespace Rebalancer.Benchmarks.Clusters;

/// <summary>API objects of a made-up cluster, with those fields that decisions look at.</summary>
internal static class ClusterJson
{
    public static JsonObject Namespace(string name) => Object("v1", "Namespace", null, name, new JsonObject { ["kubernetes.io/metadata.name"] = name });

    public static JsonObject Node(NodeRow node)
    {
        var labels = new JsonObject
        {
            ["karpenter.sh/capacity-type"] = node.Pool.CapacityType,
            ["karpenter.sh/nodepool"] = node.Pool.Name,
            ["kubernetes.io/arch"] = "amd64",
            ["kubernetes.io/hostname"] = node.Name,
            ["node.kubernetes.io/instance-type"] = node.Pool.InstanceType,
            ["topology.kubernetes.io/region"] = "us-east-1",
            ["topology.kubernetes.io/zone"] = node.Zone,
        };
        var json = Object("v1", "Node", null, node.Name, labels);
        json["metadata"]!["annotations"] = new JsonObject { ["rebalancer.dev/agent-endpoint"] = $"{node.Name}:8443" };
        json["status"] = new JsonObject
        {
            ["allocatable"] = new JsonObject { ["cpu"] = $"{node.CpuMilli}m", ["memory"] = $"{node.Pool.MemoryMib}Mi", ["pods"] = Text(node.Pool.MaxPods) },
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }),
        };
        return json;
    }

    public static JsonObject Pod(NodeRow node, string ns, AppShape app, string owner, string name)
    {
        var json = Object("v1", "Pod", ns, name, new JsonObject { ["app"] = owner });
        json["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject
        {
            ["apiVersion"] = "apps/v1", ["kind"] = app.Kind, ["name"] = owner, ["uid"] = Uid(app.Kind, ns, owner), ["controller"] = true,
        });
        if (app.Rule == "pinned")
        {
            json["metadata"]!["annotations"] = new JsonObject { ["karpenter.sh/do-not-disrupt"] = "true" };
        }

        json["spec"] = Spec(node, app, owner, name);
        json["status"] = new JsonObject { ["phase"] = "Running", ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }) };
        return json;
    }

    public static JsonObject Owner(AppShape app, string ns, string name, int replicas)
    {
        var json = Object("apps/v1", app.Kind, ns, name, null);
        json["spec"] = new JsonObject { ["replicas"] = replicas, ["selector"] = Selector(name) };
        return json;
    }

    public static JsonObject Budget(string ns, string name, int pods)
    {
        var json = Object("policy/v1", "PodDisruptionBudget", ns, name, null);
        json["metadata"]!["generation"] = 1;
        json["spec"] = new JsonObject { ["maxUnavailable"] = 1, ["selector"] = Selector(name) };
        json["status"] = new JsonObject
        {
            ["observedGeneration"] = 1, ["disruptionsAllowed"] = 1, ["currentHealthy"] = pods, ["desiredHealthy"] = pods - 1, ["expectedPods"] = pods,
        };
        return json;
    }

    public static IEnumerable<JsonObject> Claim(NodeRow node, string ns, string name)
    {
        var claim = Object("v1", "PersistentVolumeClaim", ns, "data-" + name, null);
        claim["spec"] = new JsonObject { ["volumeName"] = "pv-" + name, ["accessModes"] = new JsonArray("ReadWriteOnce") };
        yield return claim;
        var volume = Object("v1", "PersistentVolume", null, "pv-" + name, null);
        var zone = new JsonObject { ["key"] = "topology.kubernetes.io/zone", ["operator"] = "In", ["values"] = new JsonArray(node.Zone) };
        volume["spec"] = new JsonObject
        {
            ["csi"] = new JsonObject { ["driver"] = "ebs.csi.aws.com", ["volumeHandle"] = "vol-" + name },
            ["nodeAffinity"] = new JsonObject { ["required"] = new JsonObject { ["nodeSelectorTerms"] = new JsonArray(new JsonObject { ["matchExpressions"] = new JsonArray(zone) }) } },
        };
        yield return volume;
    }

    private static JsonObject Spec(NodeRow node, AppShape app, string owner, string name)
    {
        var requests = new JsonObject { ["cpu"] = $"{app.CpuMilli}m", ["memory"] = $"{app.MemoryMib}Mi" };
        var spec = new JsonObject
        {
            ["nodeName"] = node.Name,
            ["priority"] = app.Priority,
            ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = "example/" + app.Name, ["resources"] = new JsonObject { ["requests"] = requests } }),
        };
        if (app.Rule == "host")
        {
            var term = new JsonObject { ["labelSelector"] = Selector(owner), ["topologyKey"] = "kubernetes.io/hostname" };
            spec["affinity"] = new JsonObject { ["podAntiAffinity"] = new JsonObject { ["requiredDuringSchedulingIgnoredDuringExecution"] = new JsonArray(term) } };
        }
        else if (app.Rule == "zone")
        {
            spec["topologySpreadConstraints"] = new JsonArray(new JsonObject
            {
                ["maxSkew"] = 1, ["topologyKey"] = "topology.kubernetes.io/zone", ["whenUnsatisfiable"] = "DoNotSchedule", ["labelSelector"] = Selector(owner),
            });
        }
        else if (app.Rule == "claim")
        {
            spec["volumes"] = new JsonArray(new JsonObject { ["name"] = "data", ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = "data-" + name } });
        }

        return spec;
    }

    private static JsonObject Selector(string app) => new() { ["matchLabels"] = new JsonObject { ["app"] = app } };

    private static JsonObject Object(string version, string kind, string? ns, string name, JsonObject? labels)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (ns is not null)
        {
            metadata["namespace"] = ns;
        }

        metadata["uid"] = Uid(kind, ns ?? "", name);
        if (labels is not null)
        {
            metadata["labels"] = labels;
        }

        return new JsonObject { ["apiVersion"] = version, ["kind"] = kind, ["metadata"] = metadata };
    }

    private static string Uid(string kind, string ns, string name) => $"{kind}.{ns}.{name}".ToLowerInvariant();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
