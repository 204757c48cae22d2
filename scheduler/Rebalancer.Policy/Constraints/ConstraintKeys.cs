using System.Text;
using Rebalancer.Model;

namespace Rebalancer.Policy.Constraints;

/// <summary>Constraints as text, so that equal ones are found and worked out once. Control characters keep the parts apart: no label has any.</summary>
internal static class ConstraintKeys
{
    private const char Part = '\u0001';
    private const char List = '\u0002';

    /// <summary>What decides between a pod and a node alone.</summary>
    public static string Of(Placement placement)
    {
        if (placement.NodeSelector.IsEmpty && placement.NodeTerms.IsEmpty && placement.Tolerations.IsEmpty)
        {
            return "";
        }

        var text = new StringBuilder();
        foreach (var (key, value) in placement.NodeSelector.Count > 1 ? placement.NodeSelector.OrderBy(s => s.Key, StringComparer.Ordinal) : placement.NodeSelector.AsEnumerable())
        {
            text.Append(key).Append(Part).Append(value).Append(Part);
        }

        text.Append(List);
        foreach (var term in placement.NodeTerms)
        {
            Append(text, term.Labels);
            text.Append(Part);
            Append(text, term.Fields);
            text.Append(List);
        }

        return text.Append(List).Append(Tolerations(placement)).ToString();
    }

    public static string Affinity(Placement placement) => Of(placement with { Tolerations = [] });

    public static string Tolerations(Placement placement)
    {
        var text = new StringBuilder();
        foreach (var t in placement.Tolerations)
        {
            text.Append(t.Key).Append(Part).Append(t.Operator).Append(Part).Append(t.Value).Append(Part).Append(t.Effect).Append(List);
        }

        return text.ToString();
    }

    /// <summary>All that others see of a pod.</summary>
    public static string OfLabels(PodInfo pod)
    {
        var text = new StringBuilder(pod.Namespace).Append(List);
        foreach (var (key, value) in pod.Labels.OrderBy(l => l.Key, StringComparer.Ordinal))
        {
            text.Append(key).Append(Part).Append(value).Append(Part);
        }

        return text.ToString();
    }

    public static string Of(IEnumerable<PodTerm> together)
    {
        var text = new StringBuilder();
        foreach (var term in together)
        {
            Append(text, term.Selector?.Requirements ?? []);
            text.Append(term.Selector is null ? '0' : '1').Append(Part);
            text.AppendJoin(Part, term.Namespaces.IsDefaultOrEmpty ? [] : term.Namespaces).Append(List);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, IEnumerable<Requirement> requirements)
    {
        foreach (var r in requirements)
        {
            text.Append(r.Key).Append(Part).Append(r.Operator).Append(Part).AppendJoin(Part, r.Values).Append(List);
        }
    }
}
