using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Rebalancer.Descheduler.Evictions;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Simulation.Replicas;
using Rebalancer.Testing.Admission;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Patching;
using Rebalancer.Testing.Resources;
using Descheduling = Rebalancer.Descheduler.Webhook;

namespace Rebalancer.Simulation.Cluster;

/// <summary>The API server's admission as the manifests set it up: the gate's policy, and both webhooks, which fail open, answered by any replica that lives.</summary>
internal sealed class SimulatedAdmission(World world) : IAdmission
{
    private static readonly TimeSpan ClaimLimit = TimeSpan.FromMilliseconds(1700);
    private static readonly TimeSpan EvictionLimit = TimeSpan.FromSeconds(4);
    private int requests;

    public async Task<JsonObject> MutateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (request is not { Operation: "CREATE", Object: { } pod } || request.Resource != Known.Pods || request.ObjectKind is not null || Replica() is not { } replica)
        {
            return request.Object!;
        }

        var asked = new Descheduling.AdmissionRequest($"request-{++requests}", request.Namespace, request.Name, IsPodCreation: true, IsEviction: false, request.Options.DryRun, KubernetesJson.Deserialize<V1Pod>(pod.ToJsonString()));
        var patch = await AskAsync(ClaimLimit, limit => replica.ClaimAsync(asked, limit));
        return patch is null ? pod : JsonPatch.Apply(pod, JsonNode.Parse(patch)!.AsArray()).AsObject();
    }

    public async Task ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (request.Resource != Known.Pods || request.Operation != "CREATE")
        {
            return;
        }

        if (request.ObjectKind is null)
        {
            Gate(request);
        }
        else if (request.ObjectKind is { Kind: "Eviction" } && Replica() is { } replica)
        {
            var asked = new Descheduling.AdmissionRequest($"request-{++requests}", request.Namespace, request.Name, IsPodCreation: false, IsEviction: true, request.Options.DryRun, null);
            switch (await AskAsync(EvictionLimit, limit => replica.EvictAsync(asked, limit)))
            {
                case EvictionVerdict.Wait wait: throw new ApiException(429, "TooManyRequests", wait.Message);
                case EvictionVerdict.Gone: throw new ApiException(404, "NotFound", "the pod of that name has just been moved here");
                default: return;
            }
        }
    }

    /// <summary>manifests/base/descheduler/gate-policy.yaml.</summary>
    private void Gate(AdmissionRequest request)
    {
        foreach (var migration in world.Migrations().Where(m => m.Metadata.Labels?.ContainsKey(Names.GateLabel) == true))
        {
            var isItsOwn = migration.Spec.PodName != request.Object.Text("metadata", "name") || migration.Status.Decision == Decision.Committed
                || request.Object.Text("metadata", "annotations", Names.ClaimAnnotation) == (migration.Status.Claim?.Token ?? "none");
            if (!isItsOwn)
            {
                throw new ApiException(403, "Forbidden", $"pod {migration.Spec.PodName} is being moved by Migration {migration.Metadata.Name} and still runs on its source");
            }
        }
    }

    private SimulatedReplica? Replica()
    {
        var living = world.Replicas.Where(r => !r.IsDead && !r.IsCut).ToList();
        return living.Count == 0 || world.Simulator.Chance(world.Rates.LostRequest) ? null : world.Simulator.Pick(living);
    }

    private async Task<T?> AskAsync<T>(TimeSpan limit, Func<CancellationToken, Task<T>> ask)
        where T : class?
    {
        using var expiry = new CancellationTokenSource(limit, world.Simulator);
        try
        {
            await Task.Delay(world.Simulator.Between(1, 10), world.Simulator);
            return await ask(expiry.Token).WaitAsync(limit, world.Simulator);
        }
        catch (Exception e) when (e is not ApiException)
        {
            return null;
        }
    }
}
