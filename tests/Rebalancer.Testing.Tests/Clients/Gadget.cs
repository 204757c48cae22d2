using k8s;
using k8s.Models;

namespace Rebalancer.Testing.Tests.Clients;

[KubernetesEntity(Group = Group, ApiVersion = "v1", Kind = "Gadget", PluralName = "gadgets")]
public sealed class Gadget : IKubernetesObject<V1ObjectMeta>
{
    public const string Group = "test.rebalancer.dev";

    public string ApiVersion { get; set; } = Group + "/v1";
    public string Kind { get; set; } = "Gadget";
    public V1ObjectMeta Metadata { get; set; } = new();
    public GadgetSpec Spec { get; set; } = new();
    public GadgetStatus? Status { get; set; }
}

public sealed class GadgetSpec
{
    public int Size { get; set; }
    public string? Owner { get; set; }
    public string? Mode { get; set; }
}

public sealed class GadgetStatus
{
    public string? Phase { get; set; }
    public string? Decision { get; set; }
}

[KubernetesEntity(Group = Gadget.Group, ApiVersion = "v1", Kind = "GadgetList", PluralName = "gadgets")]
public sealed class GadgetList : IKubernetesObject<V1ListMeta>, IItems<Gadget>
{
    public string ApiVersion { get; set; } = Gadget.Group + "/v1";
    public string Kind { get; set; } = "GadgetList";
    public V1ListMeta Metadata { get; set; } = new();
    public IList<Gadget> Items { get; set; } = [];
}
