using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;

namespace Rebalancer.Descheduler.Policies;

/// <summary>What is to be said of a policy: that it makes sense, or all that is wrong with it. The API server lets pass what only the programs know, such as time zones. Pure.</summary>
internal static class PolicyRule
{
    /// <summary>As the schema has it.</summary>
    private const int MaxMessageLength = 32768;

    public static V1Condition Of(RebalancePolicy policy, DateTimeOffset now)
    {
        var problems = new List<InvalidField>();
        PolicyRules.Read(policy, problems);
        var status = problems.Count == 0 ? "True" : "False";
        var known = Known(policy);
        var message = string.Join("; ", problems);
        return new V1Condition
        {
            Type = PolicyConditions.Ready,
            Status = status,
            Reason = problems.Count == 0 ? PolicyConditions.Valid : PolicyConditions.Invalid,
            Message = message.Length > MaxMessageLength ? message[..MaxMessageLength] : message,
            ObservedGeneration = policy.Metadata.Generation,
            LastTransitionTime = known?.Status == status ? known.LastTransitionTime : now.UtcDateTime,
        };
    }

    public static bool IsCurrent(RebalancePolicy policy, V1Condition wanted)
        => Known(policy) is { } known
            && (known.Status, known.Reason, known.Message ?? "", known.ObservedGeneration) == (wanted.Status, wanted.Reason, wanted.Message, wanted.ObservedGeneration);

    private static V1Condition? Known(RebalancePolicy policy) => policy.Status.Conditions?.FirstOrDefault(c => c.Type == PolicyConditions.Ready);
}
