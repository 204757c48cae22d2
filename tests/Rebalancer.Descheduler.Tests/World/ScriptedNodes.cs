using System.Text.Json;
using k8s;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Mapping;

namespace Rebalancer.Descheduler.Tests.World;

/// <summary>
/// Plays kubelet and both agents of every node, through the API only: looks at pods and Migrations, writes what they would write.
/// A test bends the script by <see cref="Script"/>.
/// </summary>
internal sealed class ScriptedNodes(ApiClient client) : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Dictionary<string, string> decisions = [];
    private Task running = Task.CompletedTask;

    public Script Script { get; set; } = new();

    /// <summary>Things that must never happen, seen while watching.</summary>
    public List<string> Violations { get; } = [];

    public void Start() => running = RunAsync();

    private async Task RunAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var pods = await List<V1Pod>(ApiResource.Pods);
                var migrations = await List<Migration>(ApiResource.Migrations);
                foreach (var migration in migrations)
                {
                    await Watch(migration);
                    await new ScriptedMove(client, Script, migration, pods).StepAsync();
                }

                foreach (var pod in pods)
                {
                    await KubeletAsync(pod, migrations);
                }
            }
            catch (ApiException)
            {
                // Somebody else was first; the next round sees that.
            }

            await Task.Delay(10);
        }
    }

    private Task Watch(Migration migration)
    {
        var uid = migration.Metadata.Uid;
        var decision = migration.Status.Decision ?? "";
        if (decisions.TryGetValue(uid, out var before) && before.Length > 0 && before != decision)
        {
            Violations.Add($"decision of {migration.Metadata.Name} went from {before} to '{decision}'");
        }

        if (Phases.IsFinal(migration.Status.Phase) && decision.Length == 0)
        {
            Violations.Add($"{migration.Metadata.Name} ended in {migration.Status.Phase} without a decision");
        }

        decisions[uid] = decision;
        return Task.CompletedTask;
    }

    /// <summary>Runs what is placed, and removes what is being deleted. A claimed pod runs when its restored container does.</summary>
    private async Task KubeletAsync(V1Pod pod, IReadOnlyList<Migration> migrations)
    {
        var meta = pod.Metadata;
        if (meta.DeletionTimestamp is not null)
        {
            await client.DeleteAsync(ApiResource.Pods, meta.NamespaceProperty, meta.Name, meta.Uid, 0, stop.Token);
            return;
        }

        if (string.IsNullOrEmpty(pod.Spec.NodeName) || pod.Status?.Phase == "Running" || !Script.KubeletRuns(pod))
        {
            return;
        }

        var claimedBy = PodMapping.Annotation(pod, Names.MigrationAnnotation);
        var move = migrations.FirstOrDefault(m => m.Metadata.Name == claimedBy);
        if (claimedBy is null || move?.Status.Target?.State is TargetState.Running or TargetState.ColdStarted)
        {
            var status = new Dictionary<string, object> { ["status"] = Running(pod) };
            await client.MergeAsync<V1Pod>(ApiResource.Pods, meta.NamespaceProperty, meta.Name, status, stop.Token, "status");
        }
    }

    private static V1PodStatus Running(V1Pod pod) => new()
    {
        Phase = "Running",
        Conditions = [new V1PodCondition { Type = "Ready", Status = "True" }],
        ContainerStatuses =
        [
            new V1ContainerStatus
            {
                Name = "app", Image = "redis:7", ImageID = "", Ready = true, RestartCount = 0,
                ContainerID = "containerd://c-" + pod.Metadata.Uid,
            },
        ],
    };

    private async Task<List<T>> List<T>(ApiResource resource)
    {
        using JsonDocument page = await client.ListPageAsync(resource, "limit=500", stop.Token);
        return [.. page.RootElement.GetProperty("items").EnumerateArray().Select(i => KubernetesJson.Deserialize<T>(i))];
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        try
        {
            await running;
        }
        catch (OperationCanceledException)
        {
            // Stopped on purpose.
        }

        stop.Dispose();
    }
}
