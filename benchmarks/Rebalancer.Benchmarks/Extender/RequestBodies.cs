using System.Text;

namespace Rebalancer.Benchmarks.Extender;

/// <summary>ExtenderArgs as kube-scheduler writes them: a pod, and a run of node names that begins somewhere else each time.</summary>
internal sealed class RequestBodies
{
    private readonly byte[][] bodies;

    /// <param name="known">The pods are in the extender's cache, as they are nearly always; otherwise each is one that it has to read from the body.</param>
    public RequestBodies(BenchCluster cluster, int names, bool known)
        => bodies = [.. cluster.WaitingPods.Select((pod, i) => Body(pod, Run(cluster.NodeNames, i, names), known))];

    public byte[] this[int request] => bodies[request % bodies.Length];

    private static IEnumerable<string> Run(IReadOnlyList<string> all, int number, int count)
        => Enumerable.Range(0, count).Select(i => all[(number * 97 + i) % all.Count]);

    private static byte[] Body(byte[] pod, IEnumerable<string> names, bool known)
    {
        var text = Encoding.UTF8.GetString(pod);
        var sent = known ? text : text.Replace("\"resourceVersion\":\"", "\"resourceVersion\":\"9", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes($"{{\"Pod\":{sent},\"Nodes\":null,\"NodeNames\":[{string.Join(',', names.Select(n => $"\"{n}\""))}]}}");
    }
}
