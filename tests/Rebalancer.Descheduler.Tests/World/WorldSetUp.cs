using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Mapping;

namespace Rebalancer.Descheduler.Tests.World;

/// <summary>Brings a world to where a move can begin.</summary>
internal static class WorldSetUp
{
    public static async Task CreateNodes(this ControllerWorld world, params (string Name, string Cost)[] nodes)
    {
        foreach (var (name, cost) in nodes)
        {
            var node = Builders.Node(name, cost);
            await world.Client.CreateAsync(ApiResource.Nodes, null, node, default);
            await world.Client.MergeAsync<V1Node>(ApiResource.Nodes, null, name, new Dictionary<string, object> { ["status"] = node.Status }, default, "status");
        }
    }

    public static async Task<V1Pod> RunPod(this ControllerWorld world, string name, string on, Action<V1Pod>? with = null)
    {
        var pod = Builders.Pod(name, on);
        with?.Invoke(pod);
        await world.Client.CreateAsync(ApiResource.Pods, ControllerWorld.Ns, pod, default);
        return await world.UntilReady(name);
    }

    /// <summary>One replica, placed on the wanted node by closing the others for the moment.</summary>
    public static async Task<V1Pod> RunReplicaSet(this ControllerWorld world, string name, string on, Action<V1ReplicaSet>? with = null)
    {
        var set = Builders.ReplicaSet(name, 1);
        with?.Invoke(set);
        await world.Cordon(except: on, closed: true);
        await world.Client.CreateAsync(ApiResource.ReplicaSets, ControllerWorld.Ns, set, default);
        V1Pod? pod = null;
        await ControllerWorld.Eventually($"replica of {name} on {on}", async () =>
        {
            pod = (await world.Pods()).FirstOrDefault(p => p.Metadata.OwnerReferences?.Any(r => r.Name == name) == true && p.Spec.NodeName == on);
            return pod is not null && PodMapping.IsReady(pod);
        });
        await world.Cordon(except: on, closed: false);
        return pod!;
    }

    public static async Task<V1Pod> UntilReady(this ControllerWorld world, string name)
    {
        V1Pod? pod = null;
        await ControllerWorld.Eventually($"pod {name} Ready", async () => (pod = await world.Pod(name)) is not null && PodMapping.IsReady(pod));
        return pod!;
    }

    public static async Task Annotate(this ControllerWorld world, ApiResource resource, string name, string key, string value)
    {
        var patch = new Dictionary<string, object> { ["metadata"] = new Dictionary<string, object> { ["annotations"] = new Dictionary<string, string> { [key] = value } } };
        await world.Client.MergeAsync<V1Pod>(resource, resource.Namespaced ? ControllerWorld.Ns : null, name, patch, default);
    }

    private static async Task Cordon(this ControllerWorld world, string except, bool closed)
    {
        using var page = await world.Client.ListPageAsync(ApiResource.Nodes, "limit=500", default);
        foreach (var item in page.RootElement.GetProperty("items").EnumerateArray())
        {
            var name = item.GetProperty("metadata").GetProperty("name").GetString()!;
            if (name != except)
            {
                var patch = new Dictionary<string, object> { ["spec"] = new Dictionary<string, object> { ["unschedulable"] = closed } };
                await world.Client.MergeAsync<V1Node>(ApiResource.Nodes, null, name, patch, default);
            }
        }
    }
}
