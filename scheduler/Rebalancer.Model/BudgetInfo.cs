namespace Rebalancer.Model;

/// <summary>A PodDisruptionBudget and what its controller last said.</summary>
/// <param name="Selector">Null matches no pod.</param>
/// <param name="StatusIsCurrent">False until the controller has looked at the budget as it is now.</param>
public sealed record BudgetInfo(
    string Namespace, string Name, LabelSelector? Selector, bool StatusIsCurrent, int DisruptionsAllowed, int CurrentHealthy, int DesiredHealthy)
{
    public string FullName => Namespace + "/" + Name;

    public bool Covers(PodInfo pod) => Selector is not null && pod.Namespace == Namespace && Selector.Matches(pod.Labels);
}
