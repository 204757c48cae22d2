using System.Text.Json.Nodes;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Operations;

/// <summary>The real server's admission plugins that look at other objects: namespaces, priority classes, runtime classes, service addresses.</summary>
internal sealed class BuiltInAdmission(ObjectStore store, ServiceAddresses addresses)
{
    public void CheckNamespace(ResourceDescriptor resource, string ns, string name)
    {
        if (!resource.Namespaced)
        {
            return;
        }

        if (store.Get(Known.Namespaces, new("", ns)).IsDeleting)
        {
            throw Failures.Forbidden(resource, name, $"unable to create new content in namespace {ns} because it is being terminated");
        }
    }

    public void MutateCreate(ResourceDescriptor resource, JsonObject o)
    {
        if (resource == Known.Pods)
        {
            SetPriority(o);
        }
        else if (resource == Known.Services)
        {
            addresses.Assign(o);
        }
    }

    /// <summary>Runs after the webhooks, which may have set the runtime class.</summary>
    public void Check(ResourceDescriptor resource, JsonObject o)
    {
        if (resource != Known.Pods || o.Text("spec", "runtimeClassName") is not { Length: > 0 } name)
        {
            return;
        }

        var runtimeClass = store.Find(Known.RuntimeClasses, new("", name))
            ?? throw Failures.Forbidden(resource, o.Text("metadata", "name") ?? "", $"pod rejected: RuntimeClass \"{name}\" not found");
        if (runtimeClass.Root.At("overhead", "podFixed") is { } overhead)
        {
            o.Child("spec").Default("overhead", JsonNode.Parse(overhead.GetRawText()));
        }
    }

    private void SetPriority(JsonObject pod)
    {
        var spec = pod.Child("spec");
        var name = spec.Text("priorityClassName");
        if (string.IsNullOrEmpty(name))
        {
            spec.Default("priority", 0);
            return;
        }

        var value = name switch
        {
            "system-node-critical" => 2_000_001_000,
            "system-cluster-critical" => 2_000_000_000,
            _ => store.Find(Known.PriorityClasses, new("", name))?.Root.Number("value")
                ?? throw Failures.Forbidden(Known.Pods, pod.Text("metadata", "name") ?? "", $"no PriorityClass with name {name} was found"),
        };
        spec["priority"] = value;
    }
}
