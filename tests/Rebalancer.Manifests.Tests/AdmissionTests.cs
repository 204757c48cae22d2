using System.Net;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Rebalancer.Testing;
using Rebalancer.Testing.Operations;

namespace Rebalancer.Manifests.Tests;

/// <summary>What the admission policies let an agent write, who may take a moving pod's name, and whose reasons for a move count.</summary>
public sealed class AdmissionTests : IAsyncLifetime
{
    private const string Migration = "move", Group = "rebalancer.dev", Version = "v1alpha1", Namespace = "default", Token = "0123456789abcdef0123456789abcdef";
    private readonly List<IDisposable> clients = [];
    private ApiServer api = null!;
    private k8s.Kubernetes admin = null!;

    public async Task InitializeAsync()
    {
        var manifests = Path.Combine(Kubectl.Repository, "manifests");
        api = await ApiServer.StartAsync(
            new ApiServerOptions
            {
                CrdFolders = [Path.Combine(manifests, "crds")],
                ObjectFiles = [Path.Combine(manifests, "base/agent/policy.yaml"), Path.Combine(manifests, "base/descheduler/gate-policy.yaml"), Path.Combine(manifests, "base/descheduler/reason-policy.yaml")],
            },
            CancellationToken.None);
        admin = api.CreateClient();
        foreach (var name in new[] { "n1", "n2" })
        {
            await admin.CoreV1.CreateNodeAsync(new V1Node { Metadata = new() { Name = name } });
            await admin.CoreV1.CreateNamespacedPodAsync(Pod($"on-{name}", name), Namespace);
        }

        var migration = new JsonObject
        {
            ["apiVersion"] = $"{Group}/{Version}",
            ["kind"] = "Migration",
            ["metadata"] = new JsonObject { ["name"] = Migration, ["labels"] = new JsonObject { ["rebalancer.dev/gate"] = "closed" } },
            ["spec"] = new JsonObject { ["podName"] = "redis-0" },
        };
        await admin.CustomObjects.CreateNamespacedCustomObjectAsync(migration, Group, Version, Namespace, "migrations");
        await PatchAsync(admin, new JsonObject
        {
            ["phase"] = "Restoring", ["decision"] = "", ["sourceNode"] = "n1", ["targetNode"] = "n2", ["leaderEpoch"] = 7, ["claim"] = new JsonObject { ["token"] = Token, ["expiresAt"] = "2030-01-01T00:00:00Z" },
        });
    }

    public async Task DisposeAsync()
    {
        clients.ForEach(client => client.Dispose());
        admin.Dispose();
        await api.DisposeAsync();
    }

    [Fact]
    public async Task Agent_ChangesItsOwnNodeAndNoOther()
    {
        await LabelAsync("n1", "n1");

        await RefusedAsync(() => LabelAsync("n1", "n2"));
        await RefusedAsync(() => LabelAsync("", "n1"));
    }

    [Fact]
    public async Task Agent_DeletesPodsOfItsNodeAndNoOther()
    {
        await RefusedAsync(() => Agent("n1").CoreV1.DeleteNamespacedPodAsync("on-n2", Namespace));
        await RefusedAsync(() => Agent("n1").CoreV1.CreateNamespacedPodAsync(Pod("new", "n1"), Namespace));

        await Agent("n1").CoreV1.DeleteNamespacedPodAsync("on-n1", Namespace);
    }

    [Fact]
    public async Task Agent_WritesAddressesOfItsNodeAndNoOther()
    {
        await Agent("n1").CustomObjects.CreateClusterCustomObjectAsync(Address("10.0.0.1", "n1"), Group, Version, "podaddresses");

        await RefusedAsync(() => Agent("n1").CustomObjects.CreateClusterCustomObjectAsync(Address("10.0.0.2", "n2"), Group, Version, "podaddresses"));
        await RefusedAsync(() => Agent("n2").CustomObjects.DeleteClusterCustomObjectAsync(Group, Version, "podaddresses", "10.0.0.1"));
    }

    [Theory]
    [InlineData("n1", """{"source":{"state":"Frozen"}}""", true)]
    [InlineData("n2", """{"target":{"state":"Held"}}""", true)]
    [InlineData("n1", """{"decision":"Committed"}""", true)]
    [InlineData("n1", """{"decision":"Aborted","reason":"CheckpointFailed"}""", true)]
    [InlineData("n2", """{"decision":"Aborted","reason":"RestoreFailed"}""", true)]
    [InlineData("n2", """{"decision":"Committed"}""", false)]
    [InlineData("n3", """{"decision":"Aborted"}""", false)]
    [InlineData("", """{"decision":"Aborted"}""", false)]
    [InlineData("n2", """{"source":{"state":"Frozen"}}""", false)]
    [InlineData("n1", """{"target":{"state":"Held"}}""", false)]
    [InlineData("n1", """{"leaderEpoch":9000000000000000000}""", false)]
    [InlineData("n2", """{"phase":"Succeeded"}""", false)]
    [InlineData("n2", """{"claim":{"token":"ffffffffffffffffffffffffffffffff","expiresAt":"2030-01-01T00:00:00Z"}}""", false)]
    [InlineData("n2", """{"sourceNode":"n2"}""", false)]
    public async Task Agent_WritesOfAMoveWhatIsItsOwn(string node, string status, bool isAllowed)
    {
        var write = () => PatchAsync(Agent(node), JsonNode.Parse(status)!.AsObject());

        if (isAllowed) { await write(); }
        else { await RefusedAsync(write); }
    }

    [Fact]
    public async Task Agent_ChangesNoMoveBesideItsStatus()
    {
        await RefusedAsync(() => Agent("n1").CustomObjects.DeleteNamespacedCustomObjectAsync(Group, Version, Namespace, "migrations", Migration));
    }

    [Theory]
    [InlineData("redis-0", null, false)]
    [InlineData("redis-0", "another", false)]
    [InlineData("redis-0", Token, true)]
    [InlineData("redis-1", null, true)]
    public async Task Gate_WhileAPodWithoutItsObjectRuns_ItsNameIsForItsReplacementOnly(string name, string? claim, bool isAllowed)
    {
        var pod = Pod(name, null);
        if (claim is not null) { pod.Metadata.Annotations = new Dictionary<string, string> { ["rebalancer.dev/claim"] = claim }; }
        var write = () => admin.CoreV1.CreateNamespacedPodAsync(pod, Namespace);

        if (isAllowed) { await write(); }
        else { await RefusedAsync(write); }
    }

    [Fact]
    public async Task Gate_OnceTheMoveIsCommitted_TheNameIsFree()
    {
        await PatchAsync(admin, new JsonObject { ["decision"] = "Committed" });

        await admin.CoreV1.CreateNamespacedPodAsync(Pod("redis-0", null), Namespace);
    }

    public static TheoryData<string, bool> Reasons => new()
    {
        { "Manual", true }, { "Rebalancing", true }, { "Interruption", false }, { "Maintenance", false }, { "Eviction", false },
        { "Consolidation", false }, { "Replacement", false },
    };

    /// <summary>Such a move waits, has machines bought for it, and counts as money saved.</summary>
    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task Migration_ReasonThatIsTheDeschedulers_NobodyElseGivesIt(string reason, bool isAnybodys)
    {
        var tenant = () => CreateAsync(Account("team", "ci", ""), "tenants", reason);

        if (isAnybodys) { await tenant(); }
        else { await RefusedAsync(tenant); }
        await CreateAsync(Account("rebalancer-system", "rebalancer-descheduler", "n1"), "ours", reason);
    }

    private static async Task CreateAsync(k8s.Kubernetes client, string name, string reason) => await client.CustomObjects.CreateNamespacedCustomObjectAsync(
        new JsonObject { ["apiVersion"] = $"{Group}/{Version}", ["kind"] = "Migration", ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = new JsonObject { ["podName"] = "redis-1", ["reason"] = reason } },
        Group, Version, Namespace, "migrations");

    private k8s.Kubernetes Agent(string node) => Account("rebalancer-system", "rebalancer-agent", node);

    private k8s.Kubernetes Account(string ns, string account, string node)
    {
        var configuration = api.ClientConfiguration();
        configuration.AccessToken = Caller.TokenOf(ns, account, node);
        var client = new k8s.Kubernetes(configuration);
        clients.Add(client);
        return client;
    }

    private async Task LabelAsync(string agent, string node) =>
        await Agent(agent).CoreV1.PatchNodeAsync(new V1Patch("""{"metadata":{"labels":{"a":"b"}}}""", V1Patch.PatchType.MergePatch), node);

    private static async Task PatchAsync(k8s.Kubernetes client, JsonObject status) =>
        await client.CustomObjects.PatchNamespacedCustomObjectStatusAsync(
        new V1Patch(new JsonObject { ["status"] = status }.ToJsonString(), V1Patch.PatchType.MergePatch), Group, Version, Namespace, "migrations", Migration);

    private static async Task RefusedAsync(Func<Task> write)
    {
        var refused = await Assert.ThrowsAsync<HttpOperationException>(write);
        Assert.Contains(refused.Response.StatusCode, new[] { HttpStatusCode.Forbidden, HttpStatusCode.UnprocessableEntity });
        Assert.Contains("denied request", refused.Response.Content, StringComparison.Ordinal);
    }

    private static V1Pod Pod(string name, string? node) => new()
    {
        Metadata = new() { Name = name },
        Spec = new() { NodeName = node, Containers = [new() { Name = "c", Image = "i" }] },
    };

    private static JsonObject Address(string address, string node) => new()
    {
        ["apiVersion"] = $"{Group}/{Version}",
        ["kind"] = "PodAddress",
        ["metadata"] = new JsonObject { ["name"] = address },
        ["spec"] = new JsonObject { ["address"] = address, ["podUID"] = "u", ["podNamespace"] = Namespace, ["podName"] = "p", ["node"] = node },
    };
}
