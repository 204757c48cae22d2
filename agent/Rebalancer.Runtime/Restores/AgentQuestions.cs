using Rebalancer.Agent.Local;
using Rebalancer.Runtime.Arguments;
using Rebalancer.Runtime.Bundles;

namespace Rebalancer.Runtime.Restores;

/// <summary>Questions to the agent about one claimed container or sandbox.</summary>
internal sealed class AgentQuestions(RuntimeHost host, RuncArguments call, BundleConfig config)
{
    /// <summary>Of a copy that runs, whatever is answered.</summary>
    private static readonly TimeSpan OutcomeLimit = TimeSpan.FromSeconds(20);
    private readonly long start = host.Clock.GetTimestamp();

    /// <summary>
    /// Waits for a decision. The questions are idempotent, so one that an agent's restart cut off is asked again until the limit.
    /// </summary>
    /// <exception cref="RuntimeFailureException">No decision: a claimed container never starts without one.</exception>
    public LocalReply Decide(string op)
    {
        while (true)
        {
            try
            {
                return host.Agent.Ask(Request(op), host.DecisionLimit - host.Clock.GetElapsedTime(start), host.ConnectWindow);
            }
            catch (AgentUnavailableException e) when (e.Fault == AgentFault.Broken && host.Clock.GetElapsedTime(start) < host.DecisionLimit)
            {
                // Asked again; an agent that is gone for good shows as unreachable.
            }
            catch (AgentUnavailableException e)
            {
                throw new RuntimeFailureException(FailureReasons.NoDecision, e.Message);
            }
        }
    }

    /// <summary>Tells how a restore ended. Null when the agent does not answer.</summary>
    public LocalReply? TellOutcome(LocalReply restore, int exitCode)
    {
        var request = Request(LocalOps.RestoreDone) with { ImagePath = restore.ImagePath, WorkPath = restore.WorkPath, ExitCode = exitCode };
        var left = host.DecisionLimit - host.Clock.GetElapsedTime(start);
        try
        {
            // What did not come to be waits for what is to become of it, as long as for the first decision.
            return host.Agent.Ask(request, exitCode == 0 || left < OutcomeLimit ? OutcomeLimit : left, host.ConnectWindow);
        }
        catch (AgentUnavailableException)
        {
            return null;
        }
    }

    public static RuntimeFailureException Refusal(LocalReply reply, string subject) => reply.Action == LocalActions.Fail
        ? new(reply.Reason.Length > 0 ? reply.Reason : FailureReasons.Refused, reply.Message.Length > 0 ? reply.Message : $"the agent refused {subject}")
        : new(FailureReasons.NoDecision, $"the agent answered '{reply.Action}' for {subject}, which is no decision");

    private LocalRequest Request(string op) => new()
    {
        Op = op,
        PodUid = config.PodUid,
        PodNamespace = config.PodNamespace,
        PodName = config.PodName,
        Migration = config.Migration,
        ContainerId = call.Id,
        ContainerName = config.ContainerName,
        Bundle = call.Bundle,
        NetNs = config.NetNs,
        RestartCount = config.RestartCount,
    };
}
