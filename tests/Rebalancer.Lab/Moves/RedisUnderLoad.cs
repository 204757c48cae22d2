using System.Globalization;
using System.Net;
using k8s;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Lab.Clients;
using Rebalancer.Lab.Images.Workloads;

namespace Rebalancer.Lab.Moves;

/// <summary>Which Redis is made and how it is loaded.</summary>
internal sealed record RedisUnderLoadOptions
{
    public required string Node { get; init; }
    public string Name { get; init; } = "redis";
    public string Namespace { get; init; } = "default";
    /// <summary>Kind of its owner, of <see cref="OwnerKinds"/>.</summary>
    public string Owner { get; init; } = "ReplicaSet";
    /// <summary>Memory filled with keys before the clients start.</summary>
    public int Megabytes { get; init; } = 10;
    /// <summary>Writes beside the counter's; null: none.</summary>
    public LoadClientOptions? Load { get; init; }
    /// <summary>Called with the pod's specification before it is created: for more containers.</summary>
    public Action<V1PodSpec> Change { get; init; } = _ => { };
    /// <summary>Of the pod, where its owner is none or a StatefulSet.</summary>
    public IDictionary<string, string>? Annotations { get; init; }
    public TimeSpan ReadyLimit { get; init; } = TimeSpan.FromMinutes(2);
}

/// <summary>What one move was like for the client.</summary>
internal sealed record MoveOutcome(Migration Migration, double StallMs, double TotalMs);

/// <summary>One Redis pod with one counter client on one TCP connection throughout, to be moved between nodes.</summary>
internal sealed class RedisUnderLoad : IAsyncDisposable
{
    private const int HeadroomMegabytes = 64;

    private readonly RedisUnderLoadOptions options;
    private readonly TimeProvider time;
    private readonly LoadClient? load;
    private int moves;

    private RedisUnderLoad(RedisUnderLoadOptions options, IKubernetes kubernetes, TimeProvider time, V1Pod pod, CounterClient counter, LoadClient? load)
    {
        this.options = options;
        this.time = time;
        this.load = load;
        FirstPod = pod;
        Counter = counter;
        Migrations = new MigrationApi(kubernetes, time);
        Pods = new PodApi(kubernetes, time);
    }

    /// <summary>One of <see cref="Strategies"/>, for the moves from now on.</summary>
    public string Strategy { get; set; } = Strategies.Auto;

    /// <summary>One of <see cref="Throttles"/>, for the moves from now on.</summary>
    public string Throttle { get; set; } = Throttles.Auto;

    /// <summary>One of <see cref="Cutovers"/>, for the moves from now on.</summary>
    public string Cutover { get; set; } = Cutovers.Now;

    public V1Pod FirstPod { get; }
    public CounterClient Counter { get; }
    public MigrationApi Migrations { get; }
    public PodApi Pods { get; }

    public static async Task<RedisUnderLoad> StartAsync(IKubernetes kubernetes, RedisUnderLoadOptions options, TimeProvider time, CancellationToken cancel)
    {
        var pod = await Placement.OnAsync(kubernetes, options.Node, () => CreateAsync(kubernetes, options, time, cancel), cancel);
        var address = PodApi.Address(pod);
        var server = new IPEndPoint(address, Redis.Port);
        await Listening.WaitAsync(server, options.ReadyLimit, time, cancel);
        await Redis.FillAsync(address, options.Megabytes, time, cancel);
        var counter = await CounterClient.StartAsync(server, new CounterClientOptions(), time, cancel);
        var load = options.Load is null ? null : await LoadClient.StartAsync(server, options.Load, time, cancel);
        return new RedisUnderLoad(options, kubernetes, time, pod, counter, load);
    }

    /// <summary>The pod as it is now; only between moves.</summary>
    public Task<V1Pod> PodAsync(CancellationToken cancel) => Pods.WaitReadyAsync(options.Name, options.Namespace, options.ReadyLimit, cancel);

    /// <summary>Asks for a move and returns at once.</summary>
    public async Task<Migration> BeginMoveAsync(string? target, CancellationToken cancel, string? freezeBudget = null)
    {
        var pod = await PodAsync(cancel);
        var name = string.Create(CultureInfo.InvariantCulture, $"{options.Name}-{++moves}");
        var spec = new MigrationSpec { PodName = pod.Metadata.Name, PodUID = pod.Metadata.Uid, TargetNode = target, FreezeBudget = freezeBudget, Strategy = Strategy, Throttle = Throttle, Cutover = Cutover };
        return await Migrations.CreateAsync(name, spec, options.Namespace, cancel);
    }

    /// <summary>Moves the pod and waits for the migration's end, whatever it is.</summary>
    public async Task<MoveOutcome> MoveAsync(string target, TimeSpan limit, CancellationToken cancel)
    {
        Counter.OpenWindow();
        var started = time.GetTimestamp();
        var migration = await BeginMoveAsync(target, cancel);
        migration = await Migrations.WaitForEndAsync(migration.Metadata.Name, options.Namespace, limit, cancel);
        await NextReplyAsync(cancel);
        return new MoveOutcome(migration, Counter.Report().WindowStall.Ms, time.GetElapsedTime(started).TotalMilliseconds);
    }

    /// <summary>Waits until the load has written each of its keys: from then on it only rewrites memory.</summary>
    public async Task LoadedAsync(CancellationToken cancel)
    {
        while (load is not null && load.Writes < options.Load!.Keys && load.Problem is null) { await Task.Delay(TimeSpan.FromMilliseconds(5), time, cancel); }
    }

    /// <summary>Waits until the client was answered again twice, so that what it was waiting for counts, or until its connection is broken.</summary>
    public async Task NextReplyAsync(CancellationToken cancel)
    {
        var seen = Counter.Replies;
        while (Counter.Replies < seen + 2 && !Counter.Problem.IsCompleted)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), time, cancel);
        }
    }

    /// <summary>What any client of this pod complains about; null when all is well.</summary>
    public string? Problem => Counter.Report().FirstProblem ?? load?.Problem;

    public async ValueTask DisposeAsync()
    {
        await Counter.DisposeAsync();
        if (load is not null)
        {
            await load.DisposeAsync();
        }
    }

    private static async Task<V1Pod> CreateAsync(IKubernetes kubernetes, RedisUnderLoadOptions options, TimeProvider time, CancellationToken cancel)
    {
        // Requests leave room for what the load writes and for Redis itself.
        var memory = options.Megabytes + HeadroomMegabytes;
        var spec = Redis.Spec(memory);
        options.Change(spec);
        await WorkloadPod.CreateAsync(kubernetes, options.Owner, options.Name, options.Namespace, spec, cancel, annotations: options.Annotations);
        return await new PodApi(kubernetes, time).WaitReadyAsync(options.Name, options.Namespace, options.ReadyLimit, cancel);
    }
}
