using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Metadata;
using Rebalancer.Lab.Moves;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Tests.BadInput;

/// <summary>Bad input has a clear error, by name and with the values, and changes nothing: the same pods, containers, labels and nodes as before.</summary>
[Collection(LabCollection.Name)]
public sealed class BadInputTests(BadInputLab lab) : IClassFixture<BadInputLab>
{
    private const string Namespace = "default";
    private static readonly TimeSpan TestLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);

    public static TheoryData<string, string> Immovable => new()
    {
        { "hostNetwork", Reasons.HostNamespace },
        { "unix socket between containers", Reasons.ExternalSocket },
        { "hostPath", Reasons.VolumeUnsupported },
        { "opted out", Reasons.OptedOut },
        { "terminal", Reasons.TerminalUnsupported },
        { "device in the layer", Reasons.WritableLayer },
        { "io_uring", Reasons.IoUring },
    };

    [Fact]
    public async Task Move_OfAnUnknownPod_IsRefused()
    {
        using var limit = new CancellationTokenSource(TestLimit);
        var ended = await RefusedAsync(new MigrationSpec { PodName = "nobody" }, Reasons.PodNotFound, limit.Token);
        Assert.Contains("default/nobody", ended.Status.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Immovable))]
    public async Task Move_OfAnImmovablePod_IsRefusedTyped(string kind, string reason)
    {
        using var limit = new CancellationTokenSource(TestLimit);
        var pod = kind == "device in the layer"
            ? await lab.StartAsync(_ => { }, limit.Token, "/bin/busybox mknod /written c 1 3; " + Pods.Stay)
            : await lab.StartAsync(made => MakeImmovable(made, kind), limit.Token);
        var ended = await RefusedAsync(new MigrationSpec { PodName = pod.Name(), TargetNode = BadInputLab.Target }, reason, limit.Token);
        Assert.Contains(pod.Name(), ended.Status.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BadInputLab.Small, Reasons.TargetNoRoom)]
    [InlineData(BadInputLab.Source, Reasons.TargetIsSource)]
    [InlineData("nowhere", Reasons.TargetUnknown)]
    public async Task Move_ToATargetThatCannotTakeIt_IsRefused(string target, string reason)
    {
        using var limit = new CancellationTokenSource(TestLimit);
        var pod = await lab.StartAsync(_ => { }, limit.Token);
        var ended = await RefusedAsync(new MigrationSpec { PodName = pod.Name(), TargetNode = target }, reason, limit.Token);
        Assert.Contains(target, ended.Status.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("podName", """{"targetNode":"target"}""")]
    [InlineData("strategy", """{"podName":"a","strategy":"Teleport"}""")]
    [InlineData("freezeBudget", """{"podName":"a","freezeBudget":"soon"}""")]
    [InlineData("deadline", """{"podName":"a","deadline":"tomorrow"}""")]
    [InlineData("priority", """{"podName":"a","priority":"high"}""")]
    public async Task Migration_Malformed_IsNotEvenStored(string field, string spec)
    {
        using var limit = new CancellationTokenSource(TestLimit);
        var before = await WorldAsync(limit.Token);
        var name = lab.NewName("malformed");
        var body = KubernetesJson.Deserialize<Dictionary<string, object>>(
            $$"""{"apiVersion":"rebalancer.dev/v1alpha1","kind":"Migration","metadata":{"name":"{{name}}"},"spec":{{spec}}}""");
        var error = await Assert.ThrowsAsync<HttpOperationException>(() => lab.Cluster.Client.CustomObjects.CreateNamespacedCustomObjectAsync(
            body, Names.Group, Names.Version, Namespace, Migration.MigrationPlural, cancellationToken: limit.Token));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, error.Response.StatusCode);
        Assert.Contains("spec." + field, error.Response.Content, StringComparison.Ordinal);
        Assert.DoesNotContain(await lab.Migrations.ListAsync(limit.Token), each => each.Metadata.Name == name);
        Assert.Equal(before, await WorldAsync(limit.Token));
    }

    [Fact]
    public async Task Notice_WithABrokenBody_MarksNoNodeAndMovesNothing()
    {
        using var limit = new CancellationTokenSource(TestLimit);
        await lab.StartAsync(_ => { }, limit.Token);
        var before = await WorldAsync(limit.Token);
        var migrations = (await lab.Migrations.ListAsync(limit.Token)).Count;
        lab.Metadata.Behaviour = MetadataBehaviour.BrokenBody;
        try
        {
            var seen = lab.Metadata.NoticeReads;
            await Poll.UntilAsync(() => lab.Metadata.NoticeReads >= seen + 3, EndLimit, "three reads of the broken notice", limit.Token);
        }
        finally
        {
            lab.Metadata.Behaviour = MetadataBehaviour.Normal;
        }

        Assert.Equal(before, await WorldAsync(limit.Token));
        Assert.Equal(migrations, (await lab.Migrations.ListAsync(limit.Token)).Count);
        Assert.Contains("Ignored:", await File.ReadAllTextAsync(Path.Combine(lab.Cluster.LogFolder, BadInputLab.Source, "agent.log"), limit.Token), StringComparison.Ordinal);
    }

    private async Task<Migration> RefusedAsync(MigrationSpec spec, string reason, CancellationToken cancel)
    {
        var before = await WorldAsync(cancel);
        var made = await lab.Migrations.CreateAsync(lab.NewName("refused"), spec, Namespace, cancel);
        var ended = await lab.Migrations.WaitForEndAsync(made.Metadata.Name, Namespace, EndLimit, cancel);
        Assert.True(ended.Status is { Phase: "Failed", Decision: Decision.Aborted }, MigrationApi.Describe(ended));
        Assert.Equal(reason, ended.Status.Reason);
        Assert.Equal(before, await WorldAsync(cancel));
        return ended;
    }

    private static void MakeImmovable(V1Pod pod, string kind)
    {
        var main = pod.Spec.Containers[0];
        switch (kind)
        {
            case "hostNetwork": pod.Spec.HostNetwork = true; break;
            case "unix socket between containers": ConnectByUnixSocket(pod); break;
            case "hostPath":
                pod.Spec.Volumes = [new V1Volume { Name = "scratch", HostPath = new V1HostPathVolumeSource { Path = "/tmp" } }];
                main.VolumeMounts = [new V1VolumeMount { Name = "scratch", MountPath = "/scratch" }];
                break;
            case "opted out": pod.Metadata.Annotations = new Dictionary<string, string> { [Names.Migratable] = "false" }; break;
            case "terminal": main.Stdin = true; break;
            case "io_uring": MakeIoUring(main); break;
            default: throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such pod");
        }
    }

    /// <summary>System call 425 is io_uring_setup; its parameters, 120 bytes, may all be zero. Ready only when it is there, as the move must see it.</summary>
    private static void MakeIoUring(V1Container main)
    {
        const string Program = """
            import ctypes, time
            assert ctypes.CDLL(None).syscall(425, 8, ctypes.create_string_buffer(120)) >= 0
            open("/dev/shm/made", "w").close()
            while True: time.sleep(1)
            """;
        (main.Image, main.Command) = (EchoServer.Image, ["/usr/bin/python3", "-B", "-c", Program]);
        main.ReadinessProbe = new V1Probe { Exec = new V1ExecAction { Command = ["/bin/sh", "-c", "ls /dev/shm/made"] }, PeriodSeconds = 1 };
    }

    /// <summary>Two containers on both ends of one connection, by a socket in a volume that they share. Ready only when connected, as the move must see it.</summary>
    private static void ConnectByUnixSocket(V1Pod pod)
    {
        const string Listen = """
            import socket, time
            server = socket.socket(socket.AF_UNIX); server.bind("/shared/s"); server.listen()
            kept = server.accept(); open("/dev/shm/connected", "w").close()
            while True: time.sleep(1)
            """;
        const string Connect = """
            import socket, time
            client = socket.socket(socket.AF_UNIX)
            while client.connect_ex("/shared/s") != 0: time.sleep(0.05)
            while True: time.sleep(1)
            """;
        var main = pod.Spec.Containers[0];
        var mounts = new[] { new V1VolumeMount { Name = "shared", MountPath = "/shared" } };
        pod.Spec.Volumes = [new V1Volume { Name = "shared", EmptyDir = new V1EmptyDirVolumeSource() }];
        (main.Image, main.Command, main.VolumeMounts) = (EchoServer.Image, ["/usr/bin/python3", "-B", "-c", Listen], mounts);
        main.ReadinessProbe = new V1Probe { Exec = new V1ExecAction { Command = ["/bin/sh", "-c", "ls /dev/shm/connected"] }, PeriodSeconds = 1 };
        pod.Spec.Containers.Add(new V1Container { Name = "client", Image = EchoServer.Image, Command = ["/usr/bin/python3", "-B", "-c", Connect], VolumeMounts = mounts });
    }

    /// <summary>Everything that a refused move could have touched, as text: the versions of all pods and what marks a node.</summary>
    private async Task<string> WorldAsync(CancellationToken cancel)
    {
        var pods = await lab.Cluster.Client.CoreV1.ListPodForAllNamespacesAsync(cancellationToken: cancel);
        var nodes = await lab.Cluster.Client.CoreV1.ListNodeAsync(cancellationToken: cancel);
        return string.Join('\n', pods.Items.Select(Describe).Concat(nodes.Items.Select(Describe)).Order(StringComparer.Ordinal));
    }

    private static string Describe(V1Pod pod) =>
        $"pod {pod.Name()} {pod.Uid()} {pod.ResourceVersion()} {pod.Spec.NodeName} {pod.Status.Phase} {string.Join(',', (pod.Status.ContainerStatuses ?? []).Select(each => $"{each.ContainerID} {each.RestartCount}"))}";

    private static string Describe(V1Node node) =>
        $"node {node.Name()} {string.Join(',', node.Metadata.Annotations ?? new Dictionary<string, string>())} {string.Join(',', (node.Spec?.Taints ?? []).Select(taint => taint.Key))} {node.Spec?.Unschedulable}";
}
