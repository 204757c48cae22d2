using k8s;
using k8s.Models;
using Rebalancer.Agent.Notices;

namespace Rebalancer.Agent.Tests.Notices;

internal sealed class FakeNode : INodeObject
{
    private V1Node _node = new() { Metadata = new V1ObjectMeta { Name = "spot-1", ResourceVersion = "1" } };

    public int Writes { get; private set; }

    public int ConflictsToCome { get; set; }

    public V1Node Current => Copy(_node);

    public string? this[string annotation] => _node.Metadata.Annotations?.TryGetValue(annotation, out var value) == true ? value : null;

    public IEnumerable<string> Taints => (_node.Spec?.Taints ?? []).Select(t => $"{t.Key}={t.Value}:{t.Effect}");

    public void Change(Action<V1Node> change)
    {
        change(_node);
        _node.Metadata.ResourceVersion += "x";
    }

    public Task<V1Node> ReadAsync(CancellationToken cancellation) => Task.FromResult(Copy(_node));

    public Task<bool> TryReplaceAsync(V1Node node, CancellationToken cancellation)
    {
        if (ConflictsToCome > 0)
        {
            ConflictsToCome--;
            Change(n => n.Metadata.Labels = new Dictionary<string, string> { ["changed"] = $"{ConflictsToCome}" });
        }

        if (node.Metadata.ResourceVersion != _node.Metadata.ResourceVersion)
        {
            return Task.FromResult(false);
        }

        Writes++;
        _node = Copy(node);
        _node.Metadata.ResourceVersion += "x";
        return Task.FromResult(true);
    }

    private static V1Node Copy(V1Node node) => KubernetesJson.Deserialize<V1Node>(KubernetesJson.Serialize(node));
}
