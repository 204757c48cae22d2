using System.Text.Json.Nodes;

namespace Rebalancer.Manifests.Tests;

/// <summary>What one object says of another must be there: the API server takes a name that leads nowhere, and the pod waits for ever.</summary>
public sealed class ReferenceTests
{
    /// <summary>ConfigMaps that the cluster itself makes.</summary>
    private static readonly string[] OfTheCluster = ["kube-root-ca.crt"];

    public static TheoryData<string> Folders => ["", "overlays/dev", "overlays/lab"];

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Workloads_NameWhatIsThere(string folder)
    {
        var rendered = await Rendered.OfAsync(folder);

        Assert.Equal(3, rendered.Workloads.Count);
        foreach (var workload in rendered.Workloads)
        {
            var (name, ns) = (Rendered.NameOf(workload), (string?)workload["metadata"]!["namespace"]);
            var pod = workload["spec"]!["template"]!["spec"]!;
            Assert.True(rendered.Has("Namespace", ns), $"{name}: namespace {ns}");
            Assert.True(rendered.Has("ServiceAccount", (string?)pod["serviceAccountName"], ns), $"{name}: service account {pod["serviceAccountName"]}");
            Assert.Single(rendered.Selected(workload["spec"]!["selector"]!["matchLabels"]!, ns));
            var volumes = (pod["volumes"]?.AsArray() ?? []).Select(volume => (string?)volume!["name"]).ToHashSet();
            foreach (var mount in Rendered.Containers(workload).SelectMany(container => container["volumeMounts"]?.AsArray() ?? [])) { Assert.Contains((string?)mount!["name"], volumes); }
            foreach (var map in (pod["volumes"]?.AsArray() ?? []).SelectMany(volume => volume!["projected"]?["sources"]?.AsArray() ?? []).Select(source => source!["configMap"]).OfType<JsonObject>())
            {
                Assert.Contains((string)map["name"]!, OfTheCluster);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task ProbesAndServices_NamePortsOfContainers(string folder)
    {
        var rendered = await Rendered.OfAsync(folder);

        foreach (var workload in rendered.Workloads)
        {
            foreach (var container in workload["spec"]!["template"]!["spec"]!["containers"]!.AsArray())
            {
                var ports = Ports(container!);
                foreach (var probe in new[] { "startupProbe", "livenessProbe", "readinessProbe" }.Where(probe => container![probe] is not null || probe != "startupProbe")) { Assert.Contains((string?)container![probe]?["httpGet"]?["port"], ports); }
            }
        }

        foreach (var service in rendered.Of("Service"))
        {
            var workload = Assert.Single(rendered.Selected(service["spec"]!["selector"]!, (string?)service["metadata"]!["namespace"]));
            var ports = Rendered.Containers(workload).SelectMany(Ports).ToHashSet();
            foreach (var port in service["spec"]!["ports"]!.AsArray()) { Assert.Contains((string?)port!["targetPort"], ports); }
        }

        foreach (var budget in rendered.Of("PodDisruptionBudget")) { Assert.Single(rendered.Selected(budget["spec"]!["selector"]!["matchLabels"]!, (string?)budget["metadata"]!["namespace"])); }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Bindings_NameRolesAndAccounts(string folder)
    {
        var rendered = await Rendered.OfAsync(folder);

        var bindings = rendered.Of("ClusterRoleBinding").Concat(rendered.Of("RoleBinding")).ToList();
        Assert.Equal(6, bindings.Count);
        foreach (var binding in bindings)
        {
            var (kind, role) = ((string)binding["roleRef"]!["kind"]!, (string)binding["roleRef"]!["name"]!);
            Assert.True(rendered.Has(kind, role, kind == "Role" ? (string?)binding["metadata"]!["namespace"] : null), $"{Rendered.NameOf(binding)}: {kind} {role}");
            foreach (var subject in binding["subjects"]!.AsArray()) { Assert.True(rendered.Has("ServiceAccount", (string?)subject!["name"], (string?)subject["namespace"]), $"{Rendered.NameOf(binding)}: {subject["name"]}"); }
        }

        foreach (var binding in rendered.Of("ValidatingAdmissionPolicyBinding")) { Assert.True(rendered.Has("ValidatingAdmissionPolicy", (string?)binding["spec"]!["policyName"])); }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Webhooks_NameAServiceAndItsPort(string folder)
    {
        var rendered = await Rendered.OfAsync(folder);

        var webhooks = rendered.Of("MutatingWebhookConfiguration").Concat(rendered.Of("ValidatingWebhookConfiguration")).SelectMany(each => each["webhooks"]!.AsArray()).ToList();
        Assert.Equal(2, webhooks.Count);
        foreach (var webhook in webhooks)
        {
            var target = webhook!["clientConfig"]!["service"]!;
            var service = Assert.Single(rendered.Of("Service"), each => (string?)each["metadata"]!["name"] == (string?)target["name"] && (string?)each["metadata"]!["namespace"] == (string?)target["namespace"]);
            Assert.Contains(service["spec"]!["ports"]!.AsArray(), port => (long)port!["port"]! == (long)target["port"]!);
        }
    }

    private static List<string?> Ports(JsonNode container) => [.. (container["ports"]?.AsArray() ?? []).Select(port => (string?)port!["name"])];
}
