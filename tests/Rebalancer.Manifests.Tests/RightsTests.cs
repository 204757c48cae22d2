using System.Text.Json.Nodes;

namespace Rebalancer.Manifests.Tests;

/// <summary>What an installation may do, and what it does on its own.</summary>
public sealed class RightsTests
{
    [Fact]
    public async Task Roles_HaveNoWildcards()
    {
        var rendered = await Rendered.OfAsync("");

        var rules = rendered.Of("ClusterRole").Concat(rendered.Of("Role")).SelectMany(role => role["rules"]!.AsArray(), (role, rule) => (Rendered.NameOf(role), rule!));
        Assert.All(rules, each => Assert.DoesNotContain("*", Words(each.Item2, "apiGroups").Concat(Words(each.Item2, "resources")).Concat(Words(each.Item2, "verbs"))));
    }

    [Fact]
    public async Task Secrets_AreReadByNameAndByTheDeschedulerOnly()
    {
        var rendered = await Rendered.OfAsync("");

        var rules = rendered.Of("ClusterRole").Concat(rendered.Of("Role")).SelectMany(role => role["rules"]!.AsArray(), (role, rule) => (Role: role, Rule: rule!))
            .Where(each => Words(each.Rule, "resources").Contains("secrets")).ToList();
        Assert.All(rules, each => Assert.Equal("Role rebalancer-descheduler", Rendered.NameOf(each.Role)));
        Assert.All(rules.Where(each => Words(each.Rule, "verbs").Any(verb => verb != "create")), each => Assert.Equal(["rebalancer-agent-ca", "rebalancer-webhook"], Words(each.Rule, "resourceNames")));
    }

    /// <summary>Whoever may edit a namespace asks for moves and takes that back. The labels and the finalizer of a Migration are not his, nor is anything of the whole cluster's.</summary>
    [Fact]
    public async Task Tenants_MakeAndDeleteMigrationsAndWriteNothingElse()
    {
        var rendered = await Rendered.OfAsync("");

        var rules = rendered.Of("ClusterRole").Where(role => role["metadata"]!["labels"] is JsonObject labels && labels.Any(label => label.Key.EndsWith("aggregate-to-edit", StringComparison.Ordinal)))
            .SelectMany(role => role["rules"]!.AsArray()).ToList();
        string[] reads = ["get", "list", "watch"];
        var writes = rules.Where(rule => Words(rule!, "verbs").Except(reads).Any()).ToList();
        Assert.Equal(["migrations"], Words(Assert.Single(writes)!, "resources"));
        Assert.Equal(["create", "delete"], Words(writes[0]!, "verbs"));
        Assert.All(rules, rule => Assert.Equal(["rebalancer.dev"], Words(rule!, "apiGroups")));
    }

    [Fact]
    public async Task EveryWriteOfAnAgent_IsBoundToItsNode()
    {
        var rendered = await Rendered.OfAsync("");

        // Certificate requests are bound by their signer.
        string[] writes = ["create", "update", "patch", "delete"];
        var written = rendered.Of("ClusterRole").Single(role => (string?)role["metadata"]!["name"] == "rebalancer-agent")["rules"]!.AsArray()
            .Where(rule => Words(rule!, "verbs").Intersect(writes).Any() && !Words(rule!, "apiGroups").Contains("certificates.k8s.io"))
            .SelectMany(rule => Words(rule!, "resources")).ToHashSet();
        var bound = rendered.Of("ValidatingAdmissionPolicy").SelectMany(policy => policy["spec"]!["matchConstraints"]!["resourceRules"]!.AsArray()).SelectMany(rule => Words(rule!, "resources")).ToHashSet();
        Assert.Equal(["migrations/status", "nodes", "podaddresses", "pods"], written.Order());
        Assert.Subset(bound, written);
    }

    /// <summary>No move gets as far as a write on Calico, so the rights to it are there for a cluster's owner to see, and nobody has them.</summary>
    [Fact]
    public async Task Calico_TheAgentReadsAndNobodyWrites()
    {
        var rendered = await Rendered.OfAsync("components/calico");

        var binding = Assert.Single(rendered.Of("ClusterRoleBinding"));
        Assert.Empty(rendered.Of("RoleBinding"));
        Assert.Equal("rebalancer-agent", (string?)Assert.Single(binding["subjects"]!.AsArray())!["name"]);
        var bound = rendered.Of("ClusterRole").Single(role => (string?)role["metadata"]!["name"] == (string?)binding["roleRef"]!["name"])["rules"]!.AsArray();
        Assert.All(bound, rule => Assert.Subset(new HashSet<string>(["get", "list"]), Words(rule!, "verbs").ToHashSet()));
        Assert.Equal(["felixconfigurations", "ipamblocks", "ipamconfigs", "ipamhandles", "ippools"], bound.SelectMany(rule => Words(rule!, "resources")).Order());
        Assert.All(rendered.Of("ClusterRole").SelectMany(role => role["rules"]!.AsArray()), rule => Assert.Equal(["crd.projectcalico.org"], Words(rule!, "apiGroups")));
    }

    [Fact]
    public async Task OnlyTheAgent_IsPrivileged()
    {
        var rendered = await Rendered.OfAsync("");

        var privileged = rendered.Workloads.Where(each => Rendered.Containers(each).Any(container => (bool?)container["securityContext"]?["privileged"] == true)).Select(Rendered.NameOf);
        Assert.Equal(["DaemonSet rebalancer-agent"], privileged);
        foreach (var deployment in rendered.Workloads.Where(each => (string?)each["kind"] == "Deployment").Select(each => each["spec"]!["template"]!["spec"]!))
        {
            Assert.True((bool?)deployment["securityContext"]!["runAsNonRoot"]);
            Assert.Equal("ALL", (string?)deployment["containers"]![0]!["securityContext"]!["capabilities"]!["drop"]![0]);
        }
    }

    /// <summary>The default is that nothing moves: no move is asked for, no pod is made to use the runtime, nothing is refused when we are not there.</summary>
    [Fact]
    public async Task FreshInstall_AsksForNothing()
    {
        var rendered = await Rendered.OfAsync("");

        Assert.DoesNotContain(rendered.Objects, each => ((string)each["apiVersion"]!).StartsWith("rebalancer.dev/", StringComparison.Ordinal));
        var webhooks = rendered.Of("MutatingWebhookConfiguration").Concat(rendered.Of("ValidatingWebhookConfiguration")).SelectMany(each => each["webhooks"]!.AsArray());
        Assert.All(webhooks, webhook => Assert.Equal("Ignore", (string?)webhook!["failurePolicy"]));
        var install = rendered.Workloads.Single(each => (string?)each["kind"] == "DaemonSet")["spec"]!["template"]!["spec"]!["initContainers"]![0]!["args"]!.AsArray().Select(word => (string)word!);
        Assert.Equal(["enter", "--host", "/host", "--", "install", "--keep-addresses", "$(NODE_IP)"], install);
    }

    [Fact]
    public async Task Images_AreOfTheVersionThatMakeBuilds()
    {
        var version = File.ReadLines(Path.Combine(Kubectl.Repository, "Makefile")).Single(line => line.StartsWith("VERSION ?= ", StringComparison.Ordinal))["VERSION ?= ".Length..].Trim();
        foreach (var folder in new[] { "", "overlays/dev", "overlays/lab", "uninstall" })
        {
            var images = (await Rendered.OfAsync(folder)).Workloads.SelectMany(Rendered.Containers).Select(container => (string)container["image"]!);
            Assert.All(images, image => Assert.Matches($"^localhost/rebalancer-[a-z]+:{System.Text.RegularExpressions.Regex.Escape(version)}$", image));
        }
    }

    private static List<string> Words(JsonNode rule, string name) => [.. (rule[name]?.AsArray() ?? []).Select(word => (string)word!)];
}
