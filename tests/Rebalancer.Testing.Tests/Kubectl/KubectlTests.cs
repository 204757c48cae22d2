using System.Text.Json;
using k8s;
using k8s.Models;

namespace Rebalancer.Testing.Tests.Kubectl;

public sealed class KubectlTests
{
    private const string Gadget = """
        apiVersion: test.rebalancer.dev/v1
        kind: Gadget
        metadata: { name: g1 }
        spec: { size: 3, owner: me }
        """;

    [Fact]
    public async Task Get_Wide_PrintsTheUsualColumns()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var kubectl = new Kubectl(cluster);
        await cluster.AddNodeAsync("n1");
        await cluster.AddPodAsync(Samples.Pod("a", node: "n1"));
        await cluster.RunPodAsync("a", address: "10.88.1.9");

        var pods = await kubectl.RunAsync("get", "pods", "-o", "wide");
        var nodes = await kubectl.RunAsync("get", "no");

        Assert.Matches(@"NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES\na +0/1 +Running +0 +\d+s +10\.88\.1\.9 +n1 +<none> +<none>", pods);
        Assert.Matches(@"NAME +STATUS +ROLES +AGE +VERSION\nn1 +Ready +<none>", nodes);
    }

    [Fact]
    public async Task Get_Json_GivesWholeObjects()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var kubectl = new Kubectl(cluster);
        await cluster.AddPodAsync(Samples.Pod("a"));

        var list = JsonDocument.Parse(await kubectl.RunAsync("get", "pods", "-A", "-o", "json")).RootElement;

        var pod = list.GetProperty("items")[0];
        Assert.Equal("Pod", pod.GetProperty("kind").GetString());
        Assert.Equal("redis:7", pod.GetProperty("spec").GetProperty("containers")[0].GetProperty("image").GetString());
    }

    [Fact]
    public async Task Describe_PodAndNode_ShowsEventsAndPods()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var kubectl = new Kubectl(cluster);
        await cluster.AddNodeAsync("n1");
        var pod = await cluster.AddPodAsync(Samples.Pod("a", node: "n1", cpu: "500m"));
        await cluster.Client.CoreV1.CreateNamespacedEventAsync(
            new Corev1Event
            {
                Metadata = new() { Name = "a.1" },
                InvolvedObject = new() { Kind = "Pod", Name = "a", NamespaceProperty = "default", Uid = pod.Metadata.Uid },
                Reason = "Moved",
                Message = "moved live",
                Type = "Normal",
                LastTimestamp = TimeProvider.System.GetUtcNow().UtcDateTime,
            },
            "default",
            cancellationToken: cluster.Token);

        Assert.Contains("moved live", await kubectl.RunAsync("describe", "pod", "a"), StringComparison.Ordinal);
        Assert.Matches(@"default +a +500m", await kubectl.RunAsync("describe", "node", "n1"));
        Assert.Matches(@"Normal +Moved +pod/a +moved live", await kubectl.RunAsync("get", "events"));
    }

    [Fact]
    public async Task Create_CustomResource_ValidatesOnTheServer()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var kubectl = new Kubectl(cluster);

        Assert.Equal("gadget.test.rebalancer.dev/g1 created\n", await kubectl.CreateAsync(Gadget));
        var (code, _, error) = await kubectl.TryAsync(Gadget.Replace("owner: me", "owner: me, mode: Wild, size2: 1", StringComparison.Ordinal), "create", "-f", "-");
        var (enumCode, _, enumError) = await kubectl.TryAsync(Gadget.Replace("g1", "g2", StringComparison.Ordinal).Replace("owner: me", "mode: Wild", StringComparison.Ordinal), "create", "-f", "-");
        var table = await kubectl.RunAsync("get", "gg", "-o", "wide");

        Assert.Equal(1, code);
        Assert.Contains("unknown field \"spec.size2\"", error, StringComparison.Ordinal);
        Assert.Equal(1, enumCode);
        Assert.Contains("spec.owner: Required value", enumError, StringComparison.Ordinal);
        Assert.Contains("spec.mode: Unsupported value: \"Wild\": supported values: \"Auto\", \"Manual\"", enumError, StringComparison.Ordinal);
        Assert.Matches(@"NAME +SIZE +PHASE +REASON +AGE\ng1 +3 +\d+s", table.Replace("<none>", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CreateGenerators_WhichSendProtobuf_MakeWhatTheyName()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var kubectl = new Kubectl(cluster);

        await kubectl.RunAsync("create", "namespace", "lab");
        await kubectl.RunAsync("create", "configmap", "c", "--from-literal=a=b");
        await kubectl.RunAsync("create", "secret", "generic", "s", "--from-literal=a=b");
        await kubectl.RunAsync("create", "deployment", "d", "--image=redis:7", "--replicas=0", "--port=6379");
        await kubectl.RunAsync("create", "service", "clusterip", "svc", "--tcp=80:6379");
        await kubectl.RunAsync("create", "pdb", "b", "--selector=app=d", "--max-unavailable=50%");
        await kubectl.RunAsync("create", "job", "j", "--image=busybox", "--", "sleep", "1");
        await kubectl.RunAsync("create", "priorityclass", "high", "--value=1000");
        await kubectl.RunAsync("create", "token", "default", "-n", "lab");

        Assert.Equal("b", (await cluster.Client.CoreV1.ReadNamespacedConfigMapAsync("c", "default", cancellationToken: cluster.Token)).Data["a"]);
        Assert.Equal("b"u8.ToArray(), (await cluster.Client.CoreV1.ReadNamespacedSecretAsync("s", "default", cancellationToken: cluster.Token)).Data["a"]);
        var deployment = await cluster.Client.AppsV1.ReadNamespacedDeploymentAsync("d", "default", cancellationToken: cluster.Token);
        Assert.Equal(0, deployment.Spec.Replicas);
        Assert.Equal(6379, deployment.Spec.Template.Spec.Containers.Single().Ports.Single().ContainerPort);
        var service = await cluster.Client.CoreV1.ReadNamespacedServiceAsync("svc", "default", cancellationToken: cluster.Token);
        Assert.Equal("6379", service.Spec.Ports.Single().TargetPort.Value);
        var budget = await cluster.Client.PolicyV1.ReadNamespacedPodDisruptionBudgetAsync("b", "default", cancellationToken: cluster.Token);
        Assert.Equal("50%", budget.Spec.MaxUnavailable.Value);
        Assert.Equal("d", budget.Spec.Selector.MatchLabels["app"]);
        var job = await cluster.Client.BatchV1.ReadNamespacedJobAsync("j", "default", cancellationToken: cluster.Token);
        Assert.Equal(["sleep", "1"], job.Spec.Template.Spec.Containers.Single().Command);
        Assert.Equal("Never", job.Spec.Template.Spec.RestartPolicy);
        Assert.Equal(1000, (await cluster.Client.SchedulingV1.ReadPriorityClassAsync("high", cancellationToken: cluster.Token)).Value);
    }

    [Fact]
    public async Task Create_DryRunOnTheServer_StoresNothing()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var kubectl = new Kubectl(cluster);

        Assert.Contains("created (server dry run)", await kubectl.CreateAsync(Gadget, "--dry-run=server"), StringComparison.Ordinal);

        Assert.Equal("", await kubectl.RunAsync("get", "gadgets", "-o", "name"));
    }

    [Theory]
    [InlineData("strategic", """{"metadata":{"labels":{"a":"1"}},"spec":{"containers":[{"name":"main","image":"redis:8"}]}}""")]
    [InlineData("merge", """{"metadata":{"labels":{"a":"1"}},"spec":{"activeDeadlineSeconds":9}}""")]
    [InlineData("json", """[{"op":"add","path":"/metadata/labels","value":{"a":"1"}}]""")]
    public async Task Patch_OfEachKind_ChangesThePod(string type, string patch)
    {
        await using var cluster = await TestCluster.StartAsync();
        using var kubectl = new Kubectl(cluster);
        await cluster.AddPodAsync(Samples.Pod("a"));

        Assert.Equal("pod/a patched\n", await kubectl.RunAsync("patch", "pod", "a", "--type", type, "-p", patch));

        Assert.Equal("1", (await cluster.PodsAsync()).Items[0].Metadata.Labels["a"]);
    }

    [Fact]
    public async Task LabelAnnotateTaintScale_Work()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var kubectl = new Kubectl(cluster);
        await cluster.AddNodeAsync("n1");
        await cluster.Client.AppsV1.CreateNamespacedReplicaSetAsync(Samples.ReplicaSet("web", 1), "default", cancellationToken: cluster.Token);

        await kubectl.RunAsync("label", "node", "n1", "karpenter.sh/capacity-type=spot");
        await kubectl.RunAsync("annotate", "node", "n1", "rebalancer.dev/terminates-at=2026-01-01T00:00:00Z");
        await kubectl.RunAsync("taint", "node", "n1", "rebalancer.dev/interruption:NoSchedule");
        await kubectl.RunAsync("scale", "rs", "web", "--replicas=3");
        await kubectl.RunAsync("label", "node", "n1", "kubernetes.io/hostname-");

        var node = await cluster.Client.CoreV1.ReadNodeAsync("n1", cancellationToken: cluster.Token);
        Assert.Equal(["karpenter.sh/capacity-type"], node.Metadata.Labels.Keys);
        Assert.Equal("2026-01-01T00:00:00Z", node.Metadata.Annotations["rebalancer.dev/terminates-at"]);
        Assert.Equal("NoSchedule", node.Spec.Taints.Single().Effect);
        Assert.Equal(3, (await cluster.Client.AppsV1.ReadNamespacedReplicaSetAsync("web", "default", cancellationToken: cluster.Token)).Spec.Replicas);
    }

    [Fact]
    public async Task Delete_Waits_AndWaitSeesTheDeletion()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var kubectl = new Kubectl(cluster);
        await cluster.AddPodAsync(Samples.Pod("a", node: "n1"));

        var deleting = kubectl.RunAsync("delete", "pod", "a");
        var waiting = kubectl.RunAsync("wait", "--for=delete", "pod/a", "--timeout=20s");
        await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items[0].Metadata.DeletionTimestamp is not null);
        Assert.Contains("Terminating", await kubectl.RunAsync("get", "pod", "a"), StringComparison.Ordinal);
        await cluster.Client.CoreV1.DeleteNamespacedPodAsync("a", "default", new V1DeleteOptions { GracePeriodSeconds = 0 }, cancellationToken: cluster.Token);

        Assert.StartsWith("pod \"a\" deleted", await deleting, StringComparison.Ordinal);
        await waiting;
    }

    [Fact]
    public async Task Wait_ForACondition_EndsWhenItIsTrue()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var kubectl = new Kubectl(cluster);
        await cluster.AddPodAsync(Samples.Pod("a", node: "n1"));

        var waiting = kubectl.RunAsync("wait", "--for=condition=Ready", "pod/a", "--timeout=20s");
        await cluster.RunPodAsync("a");

        Assert.Equal("pod/a condition met\n", await waiting);
    }

    [Fact]
    public async Task Drain_EvictsThroughTheBudgetAndCordons()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.Disruption);
        using var kubectl = new Kubectl(cluster);
        await cluster.AddNodeAsync("n1");
        await cluster.AddPodAsync(Samples.Pod("a", node: "n1", app: "web"));
        await cluster.RunPodAsync("a");
        await kubectl.CreateAsync("""
            apiVersion: policy/v1
            kind: PodDisruptionBudget
            metadata: { name: budget }
            spec: { minAvailable: 1, selector: { matchLabels: { app: web } } }
            """);
        await cluster.EventuallyAsync(
            () => cluster.Client.PolicyV1.ReadNamespacedPodDisruptionBudgetAsync("budget", "default", cancellationToken: cluster.Token), b => b.Status?.CurrentHealthy == 1);

        var (code, _, error) = await kubectl.TryAsync("", "drain", "n1", "--force", "--timeout=1s");
        Assert.NotEqual(0, code);
        Assert.Contains("Cannot evict pod as it would violate the pod's disruption budget", error, StringComparison.Ordinal);
        Assert.Matches("Ready,SchedulingDisabled", await kubectl.RunAsync("get", "nodes"));

        await kubectl.RunAsync("delete", "pdb", "budget");
        var draining = kubectl.RunAsync("drain", "n1", "--force", "--timeout=20s");
        await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items[0].Metadata.DeletionTimestamp is not null);
        await cluster.Client.CoreV1.DeleteNamespacedPodAsync("a", "default", new V1DeleteOptions { GracePeriodSeconds = 0 }, cancellationToken: cluster.Token);
        Assert.Contains("node/n1 drained", await draining, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetWatch_PrintsEachChange()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var kubectl = new Kubectl(cluster);
        await kubectl.CreateAsync(Gadget);
        using var watching = kubectl.Start("get", "gadgets", "-w");
        try
        {
            Assert.StartsWith("NAME", await watching.StandardOutput.ReadLineAsync(cluster.Token), StringComparison.Ordinal);
            Assert.Matches("^g1 +3 ", await watching.StandardOutput.ReadLineAsync(cluster.Token));
            await kubectl.RunAsync("patch", "gadget", "g1", "--subresource=status", "--type=merge", "-p", """{"status":{"phase":"Freezing"}}""");
            Assert.Matches("^g1 +3 +Freezing", await watching.StandardOutput.ReadLineAsync(cluster.Token));
        }
        finally
        {
            Kubectl.Kill(watching);
        }
    }

    [Fact]
    public async Task Https_WithTheServersOwnCa_IsTrustedByKubectl()
    {
        await using var cluster = await TestCluster.StartAsync(new ApiServerOptions { Https = true });
        using var kubectl = new Kubectl(cluster);

        Assert.Contains("default", await kubectl.RunAsync("get", "namespaces"), StringComparison.Ordinal);
        Assert.Equal(4, (await cluster.Client.CoreV1.ListNamespaceAsync(cancellationToken: cluster.Token)).Items.Count);
    }

    [Fact]
    public async Task Get_OfJobsStatefulSetsAndRevisions_HasTheirColumns()
    {
        await using var cluster = await TestCluster.StartAsync(ControllerSet.Job | ControllerSet.StatefulSet);
        using var kubectl = new Kubectl(cluster);
        await cluster.Client.BatchV1.CreateNamespacedJobAsync(Samples.Job("pi", completions: 3), "default", cancellationToken: cluster.Token);
        await cluster.Client.AppsV1.CreateNamespacedStatefulSetAsync(Samples.StatefulSet("db", 2), "default", cancellationToken: cluster.Token);
        await cluster.EventuallyAsync(() => cluster.PodsAsync(), l => l.Items.Count == 2);

        Assert.Matches(@"NAME +STATUS +COMPLETIONS +DURATION +AGE\npi +Running +0/3 +\d+s +\d+s", await kubectl.RunAsync("get", "jobs"));
        Assert.Matches(@"NAME +READY +AGE\ndb +0/2 +\d+s", await kubectl.RunAsync("get", "sts"));
        Assert.Matches(@"NAME +CONTROLLER +REVISION +AGE\ndb-\w+ +statefulset\.apps/db +1 +\d+s", await kubectl.RunAsync("get", "controllerrevisions"));
    }
}
