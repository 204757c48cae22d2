namespace Rebalancer.Scheduler.Filtering;

/// <param name="Reason">For people: kube-scheduler shows it in the pod's events.</param>
/// <param name="IsFinal">Evicting pods from the node would change nothing.</param>
internal readonly record struct Refusal(string Reason, bool IsFinal);
