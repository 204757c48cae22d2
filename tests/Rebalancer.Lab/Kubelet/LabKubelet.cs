using Grpc.Core;
using k8s;
using k8s.Models;
using Rebalancer.Lab.Kubelet.Pods;
using Rebalancer.Lab.Kubelet.Probes;

namespace Rebalancer.Lab.Kubelet;

/// <summary>The kubelet of a lab node, inside the lab's process. Ending it leaves the pods running, as a restart of a real one does.</summary>
public sealed class LabKubelet : IAsyncDisposable
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource stop = new();
    private readonly Dictionary<string, PodWorker> workers = [];
    private readonly Lock gate = new();
    private readonly PodRuntime runtime;
    private readonly PodSteps steps;
    private readonly NodeRegistration registration;
    private readonly NodeSockets sockets;
    private readonly HttpProbe http;
    private readonly KubeletTimes times;
    private readonly KubeletLog log;
    private readonly TimeProvider time;
    private readonly PodSource source;
    private IReadOnlyDictionary<string, string> fingerprints = new Dictionary<string, string>();
    private Task running = Task.CompletedTask;
    private volatile bool isListed;

    internal LabKubelet(KubeletNode node, IKubernetes client, KubeletTimes times, string logFile, TimeProvider time)
    {
        this.times = times;
        this.time = time;
        log = new KubeletLog(logFile, time);
        runtime = new PodRuntime(node.Cri, times, time);
        sockets = new NodeSockets(node.Namespaces.InitPid);
        http = new HttpProbe(sockets);
        registration = new NodeRegistration(client, node, times, time);
        source = new PodSource(client, node.Name, time);
        steps = KubeletParts.Steps(node, client, runtime, new Prober(runtime, http, sockets), http, log, times, time, RefusalAsync);
    }

    /// <summary>Registers the node and begins to work.</summary>
    public async Task StartAsync(CancellationToken cancel)
    {
        await registration.RegisterAsync(cancel);
        running = Task.WhenAll(source.RunAsync(Listed, Changed, stop.Token), RelistAsync(stop.Token), registration.HeartbeatAsync(stop.Token));
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        Task[] ending;
        lock (gate)
        {
            ending = [running, .. workers.Values.Select(worker => worker.Done)];
        }

        // Cancellation is how they end; whatever else happened to a worker is in the log.
        var all = Task.WhenAll(ending.Select(task => task.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default)));
        await all.WaitAsync(EndLimit);
        http.Dispose();
        sockets.Dispose();
        stop.Dispose();
    }

    private void Listed(IReadOnlyList<V1Pod> pods)
    {
        lock (gate)
        {
            foreach (var pod in pods)
            {
                Update(pod, gone: false);
            }

            var present = pods.Select(pod => pod.Uid()).ToHashSet();
            foreach (var worker in workers.Values.Where(worker => !present.Contains(worker.Pod.Uid())).ToArray())
            {
                Update(worker.Pod, gone: true);
            }
        }

        isListed = true;
    }

    private void Changed(V1Pod pod, bool deleted)
    {
        lock (gate)
        {
            Update(pod, deleted);
        }
    }

    private void Update(V1Pod pod, bool gone)
    {
        if (workers.TryGetValue(pod.Uid(), out var worker))
        {
            worker.Update(pod, gone);
            if (gone && worker.Done.IsCompleted)
            {
                workers.Remove(pod.Uid());
            }
        }
        else if (!gone)
        {
            log.Write($"pod {pod.Namespace()}/{pod.Name()} {pod.Uid()}");
            Add(pod, gone: false);
        }
    }

    private void Add(V1Pod pod, bool gone)
    {
        var worker = new PodWorker(pod, gone, steps);
        workers[pod.Uid()] = worker;
        worker.Start(stop.Token);
        worker.Done.ContinueWith(done => Ended(pod, gone, done), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void Ended(V1Pod pod, bool gone, Task done)
    {
        if (done.Exception is { } error && !stop.IsCancellationRequested)
        {
            log.Write($"worker of {pod.Namespace()}/{pod.Name()} failed: {error}");
        }

        lock (gate)
        {
            if (gone)
            {
                workers.Remove(pod.Uid());
            }
        }
    }

    /// <summary>Finds what changed in the runtime, and pods there that the API no more has.</summary>
    private async Task RelistAsync(CancellationToken cancel)
    {
        while (true)
        {
            await Task.Delay(times.RelistPeriod, time, cancel);
            try
            {
                Compare(await runtime.FingerprintsAsync(cancel));
            }
            catch (RpcException error) when (!cancel.IsCancellationRequested)
            {
                log.Write($"relist: {error.Status.Detail}");
            }
        }
    }

    private void Compare(IReadOnlyDictionary<string, string> now)
    {
        lock (gate)
        {
            foreach (var uid in now.Keys.Union(fingerprints.Keys).Where(uid => now.GetValueOrDefault(uid) != fingerprints.GetValueOrDefault(uid)))
            {
                if (workers.TryGetValue(uid, out var worker))
                {
                    worker.Wake();
                }
            }

            foreach (var uid in now.Keys.Where(uid => isListed && !workers.ContainsKey(uid)))
            {
                log.Write($"orphaned pod {uid}");
                Add(KubeletParts.Orphan(uid), gone: true);
            }

            fingerprints = now;
        }
    }

    private async Task<(string Reason, string Message)?> RefusalAsync(V1Pod pod, CancellationToken cancel)
    {
        var node = await registration.ReadAsync(cancel);
        lock (gate)
        {
            return Admission.Refusal(pod, node, workers.Values.Where(worker => worker.TakesRoom && !worker.Done.IsCompleted).Select(worker => worker.Pod));
        }
    }
}
