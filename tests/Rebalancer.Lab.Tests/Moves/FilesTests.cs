using System.Globalization;
using System.Net.Sockets;
using System.Text;
using k8s;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Moves;
using Xunit.Abstractions;

namespace Rebalancer.Lab.Tests.Moves;

/// <summary>A pod that uses its files all the time moves there and back: right after each move it finds every one as it left it.</summary>
[Collection(LabCollection.Name)]
public sealed class FilesTests(MoveLab lab, ITestOutputHelper output) : IClassFixture<MoveLab>
{
    private const string Namespace = "default";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("v1", "None", 1)]
    [InlineData("v2", "ReplicaSet", 1)]
    [InlineData("v2", "ReplicaSet", 100)]
    public async Task Move_PodWithFilesInUse_FindsThemAndItsLogAsTheyWere(string cgroup, string owner, int bulkMegabytes)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        var name = $"files-{cgroup}-{bulkMegabytes}";
        var (first, second) = MoveLab.Nodes(cgroup);
        var pod = await Placement.OnAsync(lab.Cluster.Client, first, () => CreateAsync(name, owner, bulkMegabytes, limit.Token), limit.Token);
        var count = await LookAsync(pod, limit.Token);
        foreach (var target in (string[])[second, first])
        {
            var migration = await MoveAsync(pod, target, limit.Token);
            Assert.True(migration.Status.Phase == "Succeeded", MigrationApi.Describe(migration));
            pod = await Pods.WaitReadyAsync(name, Namespace, Limit, limit.Token);
            Assert.Equal(target, pod.Spec.NodeName);
            var after = await LookAsync(pod, limit.Token);
            Assert.InRange(after, count + 1, int.MaxValue);
            Assert.InRange(migration.Status.Source!.Bytes!.Value, (long)bulkMegabytes << 20, long.MaxValue);
            AssertLog(pod, target, after);
            output.WriteLine($"{name} to {target}: freeze {migration.Status.Target!.FreezeMs} ms, {migration.Status.Source.Bytes} bytes");
            foreach (var entry in migration.Status.Source.Timeline!.Concat(migration.Status.Target.Timeline!)) { output.WriteLine($"  {entry.Step} {entry.AtMs:0}"); }
            count = after;
        }
    }

    private PodApi Pods => new(lab.Cluster.Client, TimeProvider.System);

    private async Task<Migration> MoveAsync(V1Pod pod, string target, CancellationToken cancel)
    {
        var migrations = new MigrationApi(lab.Cluster.Client, TimeProvider.System);
        var spec = new MigrationSpec { PodName = pod.Name(), PodUID = pod.Uid(), TargetNode = target };
        var migration = await migrations.CreateAsync($"{pod.Metadata.Labels["app"]}-to-{target}", spec, Namespace, cancel);
        return await migrations.WaitForEndAsync(migration.Metadata.Name, Namespace, Limit, cancel);
    }

    /// <returns>How often the pod has counted; it has looked at all its files.</returns>
    internal static async Task<int> LookAsync(V1Pod pod, CancellationToken cancel)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(PodApi.Address(pod), FileKeeper.Port, cancel);
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        var answer = await reader.ReadToEndAsync(cancel);
        Assert.StartsWith("ok ", answer, StringComparison.Ordinal);
        return int.Parse(answer[3..], CultureInfo.InvariantCulture);
    }

    /// <summary>As `kubectl logs` shows it: every line since the first start, each once.</summary>
    private void AssertLog(V1Pod pod, string node, int count)
    {
        var path = $"{lab.Cluster.Node(node).Root}/var/log/pods/{Namespace}_{pod.Name()}_{pod.Uid()}/{FileKeeper.Container}/0.log";
        var lines = File.ReadAllText(path).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.Contains(" stdout F ", line, StringComparison.Ordinal));
        var numbers = lines.Select(line => int.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(Enumerable.Range(0, numbers.Count), numbers);
        Assert.InRange(numbers.Count, count - 5, int.MaxValue);
    }

    private async Task<V1Pod> CreateAsync(string name, string owner, int bulkMegabytes, CancellationToken cancel)
    {
        var labels = new Dictionary<string, string> { ["app"] = name };
        var spec = FileKeeper.Spec(bulkMegabytes);
        if (owner == "None")
        {
            var pod = new V1Pod { Metadata = new V1ObjectMeta { Name = name, Labels = labels }, Spec = spec };
            await lab.Cluster.Client.CoreV1.CreateNamespacedPodAsync(pod, Namespace, cancellationToken: cancel);
        }
        else
        {
            var replicaSet = new V1ReplicaSet
            {
                Metadata = new V1ObjectMeta { Name = name, Labels = labels },
                Spec = new V1ReplicaSetSpec
                {
                    Replicas = 1,
                    Selector = new V1LabelSelector { MatchLabels = labels },
                    Template = new V1PodTemplateSpec { Metadata = new V1ObjectMeta { Labels = labels }, Spec = spec },
                },
            };
            await lab.Cluster.Client.AppsV1.CreateNamespacedReplicaSetAsync(replicaSet, Namespace, cancellationToken: cancel);
        }

        return await Pods.WaitReadyAsync(name, Namespace, Limit, cancel);
    }
}
