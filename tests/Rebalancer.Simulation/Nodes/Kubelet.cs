using System.Text.Json.Nodes;
using Rebalancer.Agent.Local;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Simulation.Agents;
using Rebalancer.Simulation.Kernel;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Simulation.Nodes;

/// <summary>kubelet, container runtime and the runtime wrapper of one node: makes the containers of its pods, restarts them, ends those of pods that were deleted.</summary>
internal sealed class Kubelet
{
    private readonly World world;
    private readonly SimulatedNode node;
    private readonly SimulatedProcess process;
    private readonly Wrapper wrapper;
    private readonly Dictionary<string, StoredObject> known = [];
    private readonly Dictionary<string, Worker> workers = [];

    public Kubelet(World world, SimulatedNode node)
    {
        (this.world, this.node) = (world, node);
        process = world.NewProcess($"kubelet-{node.Name}");
        wrapper = new Wrapper(world, node);
    }

    private Simulator Simulator => world.Simulator;

    public void Start() => process.Start(WatchAsync);

    public void Die() => process.Kill();

    public void Wake(string podUid)
    {
        if (workers.TryGetValue(podUid, out var worker))
        {
            worker.Wake();
        }
    }

    private async Task WatchAsync()
    {
        var snapshot = world.Api.Store.List(Known.Pods);
        using var changes = world.Api.Store.Watch(Known.Pods, snapshot.Version);
        foreach (var pod in snapshot.Objects.Values)
        {
            Take(pod, isGone: false);
        }

        while (await changes.Reader.WaitToReadAsync())
        {
            await Task.Delay(Simulator.Between(2, 40), Simulator);
            while (node.IsCut)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250), Simulator);
            }

            while (changes.Reader.TryRead(out var change))
            {
                Take(change.Object, change.Kind == ChangeKind.Deleted);
            }
        }
    }

    private void Take(StoredObject pod, bool isGone)
    {
        if (pod.Root.Text("spec", "nodeName") != node.Name)
        {
            return;
        }

        if (isGone)
        {
            known.Remove(pod.Uid);
        }
        else
        {
            known[pod.Uid] = pod;
            if (!workers.ContainsKey(pod.Uid))
            {
                var worker = workers[pod.Uid] = new Worker();
                process.Start(() => WorkAsync(pod.Uid, worker));
            }
        }

        Wake(pod.Uid);
    }

    private async Task WorkAsync(string uid, Worker worker)
    {
        while (true)
        {
            var woken = worker.Next();
            if (known.GetValueOrDefault(uid) is not { IsDeleting: false } pod)
            {
                if (await EndAsync(uid))
                {
                    workers.Remove(uid);
                    return;
                }

                continue;
            }

            if (node.Living(uid) is null)
            {
                await StatusAsync(pod, ready: false);
                if (!await wrapper.MakeAsync(pod, worker, () => known.GetValueOrDefault(uid) is not { IsDeleting: false }))
                {
                    await Task.Delay(Simulator.Between(500, 2000), Simulator);
                    continue;
                }
            }

            if (node.Living(uid) is { State: CopyState.Running or CopyState.Frozen } copy)
            {
                await StatusAsync(pod, ready: true, copy);
            }

            await woken;
        }
    }

    /// <returns>False: the processes are still needed, and kubelet tries again.</returns>
    private async Task<bool> EndAsync(string uid)
    {
        var start = Simulator.Now;
        while (node.Living(uid) is not null && node.Disk.Serving.Contains(uid))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), Simulator);
            if (Simulator.Now - start > TimeSpan.FromSeconds(20))
            {
                return false;
            }
        }

        await Task.Delay(Simulator.Between(5, 100), Simulator);
        node.Living(uid)?.End(EndCause.Kubelet);
        while (known.TryGetValue(uid, out var pod))
        {
            await DeleteAsync(pod);
            await Task.Delay(TimeSpan.FromMilliseconds(100), Simulator);
        }

        return true;
    }

    private async Task DeleteAsync(StoredObject pod)
    {
        try
        {
            if (!node.IsCut)
            {
                await world.Api.Deleter.DeleteAsync(Known.Pods, pod.Key, new DeleteOptions { Uid = pod.Uid, GracePeriodSeconds = 0 }, WriteOptions.Of("kubelet"), CancellationToken.None);
            }
        }
        catch (ApiException e) when (e.Reason is "NotFound" or "Conflict")
        {
            // Gone; the watch will tell.
            return;
        }
    }

    private async Task StatusAsync(StoredObject pod, bool ready, PodCopy? copy = null)
    {
        while (node.IsCut)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(250), Simulator);
        }

        try
        {
            await world.Api.Writer.UpdateAsync(
                Known.Pods,
                pod.Key,
                o =>
                {
                    if (o.Text("metadata", "uid") == pod.Uid)
                    {
                        Report(o, ready, copy);
                    }

                    return o;
                },
                WriteOptions.Of("kubelet") with { Subresource = "status" },
                CancellationToken.None);
        }
        catch (ApiException e) when (e.Reason == "NotFound")
        {
            // Gone; the watch will tell.
            return;
        }
    }

    private void Report(JsonObject pod, bool ready, PodCopy? copy)
    {
        var status = pod.Child("status");
        status["phase"] = ready || status.Text("phase") == "Running" ? "Running" : "Pending";
        var conditions = status.List("conditions");
        var value = ready ? "True" : "False";
        var known = conditions.FirstOrDefault(c => c.Text("type") == "Ready");
        if (known.Text("status") != value)
        {
            conditions.RemoveAll(c => c.Text("type") == "Ready");
            conditions.Add(new JsonObject { ["type"] = "Ready", ["status"] = value, ["lastTransitionTime"] = Simulator.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture) });
        }

        if (copy is not null)
        {
            status["podIP"] = copy.Address;
            status["containerStatuses"] = new JsonArray(new JsonObject
            {
                ["name"] = "app",
                ["ready"] = ready,
                ["restartCount"] = 0,
                ["image"] = "redis:7",
                ["imageID"] = "",
                ["containerID"] = "containerd://" + copy.ContainerId,
                ["state"] = new JsonObject { ["running"] = new JsonObject() },
            });
        }
    }

    /// <summary>Of one pod.</summary>
    internal sealed class Worker
    {
        private TaskCompletionSource woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Done when something about the pod has changed since this call.</summary>
        public Task Next()
        {
            if (woken.Task.IsCompleted)
            {
                woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return woken.Task;
        }

        public void Wake() => woken.TrySetResult();
    }
}
