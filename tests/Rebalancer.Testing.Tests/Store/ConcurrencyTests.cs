using System.Diagnostics;
using System.Globalization;
using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Rebalancer.Testing.Tests.Store;

public sealed class ConcurrencyTests
{
    private const int Writers = 20;

    [Fact]
    public async Task ParallelPatches_OfDifferentFields_AreAllKept()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.AddPodAsync(Samples.Pod("a"));

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(i => cluster.Client.CoreV1.PatchNamespacedPodAsync(
            new V1Patch($$"""{"metadata":{"annotations":{"k{{i}}":"v"} } }""", V1Patch.PatchType.MergePatch), "a", "default", cancellationToken: cluster.Token)));

        Assert.Equal(Writers, (await cluster.PodsAsync()).Items[0].Metadata.Annotations.Count);
    }

    [Fact]
    public async Task ParallelReplaces_OfOneVersion_HaveExactlyOneWinner()
    {
        await using var cluster = await TestCluster.StartAsync();
        var read = await cluster.AddPodAsync(Samples.Pod("a"));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Writers).Select(i => TryAsync(() =>
        {
            var mine = KubernetesJson.Deserialize<V1Pod>(KubernetesJson.Serialize(read));
            mine.Metadata.Labels = new Dictionary<string, string> { ["winner"] = i.ToString(CultureInfo.InvariantCulture) };
            return cluster.Client.CoreV1.ReplaceNamespacedPodAsync(mine, "a", "default", cancellationToken: cluster.Token);
        })));

        Assert.Equal(1, outcomes.Count(o => o is null));
        Assert.All(outcomes.OfType<HttpStatusCode>(), o => Assert.Equal(HttpStatusCode.Conflict, o));
    }

    [Fact]
    public async Task ParallelCompareAndSets_HaveExactlyOneWinner()
    {
        await using var cluster = await TestCluster.StartAsync();
        var pod = Samples.Pod("a", app: "free");
        await cluster.AddPodAsync(pod);
        const string patch = """[{"op":"test","path":"/metadata/labels/app","value":"free"},{"op":"replace","path":"/metadata/labels/app","value":"taken"}]""";

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => TryAsync(() => cluster.Client.CoreV1.PatchNamespacedPodAsync(
            new V1Patch(patch, V1Patch.PatchType.JsonPatch), "a", "default", cancellationToken: cluster.Token))));

        Assert.Equal(1, outcomes.Count(o => o is null));
        Assert.All(outcomes.OfType<HttpStatusCode>(), o => Assert.Equal(HttpStatusCode.UnprocessableEntity, o));
    }

    [Fact]
    public async Task UnchangedObject_KeepsItsVersion()
    {
        await using var cluster = await TestCluster.StartAsync();
        var created = await cluster.AddPodAsync(Samples.Pod("a", app: "web"));

        var patched = await cluster.Client.CoreV1.PatchNamespacedPodAsync(
            new V1Patch("""{"metadata":{"labels":{"app":"web"}}}""", V1Patch.PatchType.MergePatch), "a", "default", cancellationToken: cluster.Token);

        Assert.Equal(created.Metadata.ResourceVersion, patched.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task FiveThousandPods_AreListedWhollyAndInPages()
    {
        const int count = 5000;
        await using var cluster = await TestCluster.StartAsync();
        await Parallel.ForEachAsync(Enumerable.Range(0, count), cluster.Token, async (i, token) =>
            await cluster.Client.CoreV1.CreateNamespacedPodAsync(Samples.Pod($"p{i:D4}", node: $"n{i % 50}", app: $"a{i % 10}"), "default", cancellationToken: token));

        // The server's own time, without the client's parsing: a list must stay far below a client's patience.
        using var http = new HttpClient { BaseAddress = new Uri(cluster.Api.Url) };
        var watch = Stopwatch.StartNew();
        var all = await http.GetByteArrayAsync(new Uri("/api/v1/pods", UriKind.Relative), cluster.Token);
        var listMs = watch.ElapsedMilliseconds;
        var ofNode = await cluster.Client.CoreV1.ListPodForAllNamespacesAsync(fieldSelector: "spec.nodeName=n7", labelSelector: "app=a7", cancellationToken: cluster.Token);
        var page = await cluster.Client.CoreV1.ListNamespacedPodAsync("default", limit: 500, cancellationToken: cluster.Token);

        Assert.True(all.Length > 1_000_000, $"{all.Length} bytes");
        Assert.True(listMs < 3000, $"a list of {count} pods took {listMs} ms");
        Assert.Equal(100, ofNode.Items.Count);
        Assert.Equal(count - 500, page.Metadata.RemainingItemCount);
    }

    private static async Task<HttpStatusCode?> TryAsync(Func<Task> write)
    {
        try
        {
            await write();
            return null;
        }
        catch (HttpOperationException e)
        {
            return e.Response.StatusCode;
        }
    }
}
