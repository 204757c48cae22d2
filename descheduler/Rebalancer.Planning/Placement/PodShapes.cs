using Rebalancer.Policy.Constraints;

namespace Rebalancer.Planning.Placement;

/// <summary>Pods that ask for the same resources and the same of a node alone have one shape, whatever workload they are of.</summary>
internal sealed class PodShapes
{
    private readonly List<int> examples = [];

    public PodShapes(ClusterIndex index)
    {
        var (width, known) = (index.ResourceCount, new Dictionary<(int Placement, int Row), int>());
        var rows = new Dictionary<string, int>(StringComparer.Ordinal);
        var ofTemplate = new int[index.Table.Examples.Length];
        Array.Fill(ofTemplate, -1);
        Of = new int[index.Pods.Length];
        for (var pod = 0; pod < Of.Length; pod++)
        {
            var template = index.Table.TemplateOf[pod];
            if (ofTemplate[template] < 0)
            {
                var row = string.Join(',', index.Requests.AsSpan(pod * width, width).ToArray());
                var key = (index.PlacementOf(pod), rows.TryGetValue(row, out var number) ? number : rows[row] = rows.Count);
                if (!known.TryGetValue(key, out ofTemplate[template]))
                {
                    ofTemplate[template] = known[key] = examples.Count;
                    examples.Add(pod);
                }
            }

            Of[pod] = ofTemplate[template];
        }
    }

    /// <summary>By pod.</summary>
    public int[] Of { get; }

    public int Count => examples.Count;

    /// <summary>A pod of the shape.</summary>
    public int Example(int shape) => examples[shape];
}
