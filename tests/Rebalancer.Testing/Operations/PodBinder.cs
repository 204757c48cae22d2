using System.Text.Json.Nodes;
using Rebalancer.Testing.Admission;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Operations;

/// <summary>Binds a pod to a node: sets spec.nodeName once and the PodScheduled condition.</summary>
internal sealed class PodBinder(ObjectStore store, IAdmission admission, TimeProvider time)
{
    private const int MaxAttempts = 20;

    public async Task<StoredObject> BindAsync(ObjectKey key, JsonObject binding, WriteOptions options, CancellationToken cancellationToken)
    {
        var node = binding.Text("target", "name");
        if (string.IsNullOrEmpty(node))
        {
            throw Failures.Invalid(Known.Pods, key.Name, [FieldError.Required("target.name")]);
        }

        store.Get(Known.Pods, key);
        var request = new AdmissionRequest("CREATE", Known.Pods, key.Namespace, key.Name, binding, null, options with { Subresource = "binding" }) { ObjectKind = ("", "v1", "Binding") };
        await admission.ValidateAsync(request, cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var current = store.Get(Known.Pods, key);
            var pod = Bind(current, binding, node);
            try
            {
                return options.DryRun ? current : store.Replace(Known.Pods, current, pod);
            }
            catch (ApiException e) when (e.Reason == "Conflict" && attempt < MaxAttempts)
            {
                continue;
            }
        }
    }

    private JsonObject Bind(StoredObject current, JsonObject binding, string node)
    {
        if (binding.Text("metadata", "uid") is { Length: > 0 } uid && uid != current.Uid)
        {
            throw Failures.Conflict(Known.Pods, current.Key.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {current.Uid}");
        }

        if (current.IsDeleting)
        {
            throw Failures.Conflict(Known.Pods, current.Key.Name, $"pod {current.Key.Name} is being deleted, cannot be assigned to a host");
        }

        if (current.Root.Text("spec", "nodeName") is { Length: > 0 } bound)
        {
            throw Failures.Conflict(Known.Pods, current.Key.Name, $"pod {current.Key.Name} is already assigned to node \"{bound}\"");
        }

        var pod = current.ToNode();
        pod.Child("spec")["nodeName"] = node;
        if (binding.At("metadata", "annotations") is JsonObject annotations)
        {
            foreach (var (name, value) in annotations)
            {
                pod.Metadata().Child("annotations")[name] = value.Copy();
            }
        }

        var conditions = pod.Child("status").List("conditions");
        conditions.RemoveAll(c => c.Text("type") == "PodScheduled");
        conditions.Add(new JsonObject { ["type"] = "PodScheduled", ["status"] = "True", ["lastTransitionTime"] = Timestamps.Seconds(time.GetUtcNow()) });
        return pod;
    }
}
