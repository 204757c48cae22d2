using System.Text.Json.Nodes;
using Rebalancer.Testing.Admission;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Selectors;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Operations;

/// <summary>Evicts a pod when its disruption budget allows it.</summary>
internal sealed class Evictor(ObjectStore store, ObjectWriter writer, ObjectDeleter deleter, IAdmission admission, TimeProvider time)
{
    private const string Violation = "Cannot evict pod as it would violate the pod's disruption budget.";
    private const int MaxAttempts = 20;

    public async Task EvictAsync(ObjectKey key, JsonObject eviction, WriteOptions options, CancellationToken cancellationToken)
    {
        var pod = store.Get(Known.Pods, key);
        var delete = DeleteOptions.Parse(eviction["deleteOptions"] as JsonObject);
        if (eviction.At("deleteOptions", "dryRun") is JsonArray { Count: > 0 })
        {
            options = options with { DryRun = true };
        }

        ObjectDeleter.CheckPreconditions(Known.Pods, pod, delete);
        var request = new AdmissionRequest("CREATE", Known.Pods, key.Namespace, key.Name, eviction, null, options) { ObjectKind = ("policy", "v1", "Eviction") };
        await admission.MutateAsync(request, cancellationToken);
        await admission.ValidateAsync(request, cancellationToken);
        var isUnhealthyPass = !IsFree(pod) && TakeSlot(pod, options.DryRun);
        if (!pod.IsDeleting)
        {
            pod = await ExplainAsync(pod, mustBeUnchanged: isUnhealthyPass, options with { Subresource = "status" }, cancellationToken);
        }

        await deleter.DeleteAsync(Known.Pods, key, delete with { Uid = pod.Uid, ResourceVersion = null }, options, cancellationToken);
    }

    /// <summary>Says in the pod's conditions who deletes it. A pod that passed because it was not ready must not have changed since.</summary>
    private Task<StoredObject> ExplainAsync(StoredObject pod, bool mustBeUnchanged, WriteOptions options, CancellationToken cancellationToken) => writer.UpdateAsync(
        Known.Pods,
        pod.Key,
        current =>
        {
            if (mustBeUnchanged && current.Text("metadata", "resourceVersion") != pod.Root.Text("metadata", "resourceVersion"))
            {
                throw Failures.Modified(Known.Pods, pod.Key.Name);
            }

            var conditions = current.Child("status").List("conditions");
            conditions.RemoveAll(c => c.Text("type") == "DisruptionTarget");
            conditions.Add(new JsonObject
            {
                ["type"] = "DisruptionTarget",
                ["status"] = "True",
                ["lastTransitionTime"] = Timestamps.Seconds(time.GetUtcNow()),
                ["reason"] = "EvictionByEvictionAPI",
                ["message"] = "Eviction API: evicting",
            });
            return current;
        },
        options,
        cancellationToken);

    /// <summary>Pods that run nothing, or are going already, cost no budget.</summary>
    private static bool IsFree(StoredObject pod) => pod.Root.Text("status", "phase") is "Succeeded" or "Failed" or "Pending" || pod.IsDeleting;

    /// <returns>Whether the pod passes without a slot because it is not ready.</returns>
    private bool TakeSlot(StoredObject pod, bool dryRun)
    {
        for (var attempt = 1; ; attempt++)
        {
            var budgets = store.List(Known.DisruptionBudgets).Objects.Values
                .Where(b => b.Key.Namespace == pod.Key.Namespace && b.Root.At("spec", "selector") is { } selector && LabelSelector.Of(selector).Matches(pod.Root))
                .ToList();
            if (budgets.Count > 1)
            {
                throw Failures.Internal("This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
            }

            if (budgets.Count == 0)
            {
                return false;
            }

            if (PassesUnhealthy(pod, budgets[0]))
            {
                return true;
            }

            var changed = CheckAndDecrement(pod, budgets[0]);
            try
            {
                if (!dryRun)
                {
                    store.Replace(Known.DisruptionBudgets, budgets[0], changed);
                }

                return false;
            }
            catch (ApiException e) when (e.Reason is "Conflict" or "NotFound" && attempt < MaxAttempts)
            {
                continue;
            }
        }
    }

    private static bool PassesUnhealthy(StoredObject pod, StoredObject budget)
    {
        var isReady = pod.Root.Items("status", "conditions").Any(c => c.Text("type") == "Ready" && c.Text("status") == "True");
        var healthy = budget.Root.Number("status", "currentHealthy") ?? 0;
        var desired = budget.Root.Number("status", "desiredHealthy") ?? 0;
        return !isReady && (budget.Root.Text("spec", "unhealthyPodEvictionPolicy") == "AlwaysAllow" || (healthy >= desired && desired > 0));
    }

    private JsonObject CheckAndDecrement(StoredObject pod, StoredObject budget)
    {
        var root = budget.Root;
        if ((root.Number("status", "observedGeneration") ?? 0) < (root.Number("metadata", "generation") ?? 0))
        {
            throw Failures.TooManyRequests(Violation, "DisruptionBudget", $"The disruption budget {budget.Key.Name} is still being processed by the server.", 10);
        }

        var allowed = root.Number("status", "disruptionsAllowed") ?? 0;
        if (allowed <= 0)
        {
            throw Failures.TooManyRequests(
                Violation,
                "DisruptionBudget",
                $"The disruption budget {budget.Key.Name} needs {root.Number("status", "desiredHealthy") ?? 0} healthy pods and has {root.Number("status", "currentHealthy") ?? 0} currently");
        }

        var changed = budget.ToNode();
        var status = changed.Child("status");
        status["disruptionsAllowed"] = allowed - 1;
        status.Child("disruptedPods")[pod.Key.Name] = Timestamps.Seconds(time.GetUtcNow());
        return changed;
    }
}
