using Rebalancer.Model;

namespace Rebalancer.Kubernetes.Mapping;

/// <summary>What no single object shows: amounts that cannot be, and constraints that no API server would have let in.</summary>
internal static class SnapshotChecks
{
    private static readonly string[] Operators = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"];

    /// <summary>More than any machine has, and small enough that a cluster's sum stays far below 2^63.</summary>
    private static readonly Quantity MaxAmount = Quantity.FromUnits(1L << 52);

    public static void Check(ClusterSnapshot snapshot, ICollection<InvalidField> problems)
    {
        foreach (var node in snapshot.Nodes)
        {
            Amounts("Node " + node.Name, "status.allocatable", node.Allocatable, problems);
            foreach (var needed in new[] { ResourceSet.Cpu, ResourceSet.Memory, "pods" })
            {
                if (node.Allocatable[needed] <= Quantity.Zero)
                {
                    problems.Add(new InvalidField("Node " + node.Name, $"status.allocatable[{needed}]", node.Allocatable[needed].ToString(), "an amount above 0"));
                }
            }
        }

        foreach (var pod in snapshot.Pods)
        {
            var item = "Pod " + pod.FullName;
            Amounts(item, "the requests together", pod.Requests, problems);
            Placement(item, pod.Placement, problems);
        }
    }

    private static void Amounts(string item, string field, ResourceSet amounts, ICollection<InvalidField> problems)
    {
        foreach (var (name, amount) in amounts.Amounts.Where(a => a.Value > MaxAmount))
        {
            problems.Add(new InvalidField(item, $"{field}[{name}]", amount.ToString(), $"at most {MaxAmount}"));
        }
    }

    private static void Placement(string item, Placement placement, ICollection<InvalidField> problems)
    {
        foreach (var requirement in placement.NodeTerms.SelectMany(t => t.Labels.Concat(t.Fields)).Where(r => !Operators.Contains(r.Operator)))
        {
            problems.Add(new InvalidField(item, $"spec.affinity.nodeAffinity[{requirement.Key}].operator", requirement.Operator, string.Join(", ", Operators)));
        }

        foreach (var spread in placement.Spread.Where(s => s.MaxSkew < 1 || s.MinDomains < 1))
        {
            problems.Add(new InvalidField(item, $"spec.topologySpreadConstraints[{spread.TopologyKey}]", $"maxSkew {spread.MaxSkew}, minDomains {spread.MinDomains}", "numbers above 0"));
        }

        foreach (var term in placement.Affinity.Concat(placement.AntiAffinity).Where(t => string.IsNullOrEmpty(t.TopologyKey)))
        {
            problems.Add(new InvalidField(item, "spec.affinity topologyKey", "", "the label that makes the domains"));
        }
    }
}
