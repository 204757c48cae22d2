namespace Rebalancer.Agent.Local;

/// <summary>Why a question to the agent got no answer.</summary>
public enum AgentFault
{
    /// <summary>Nobody listens on the socket.</summary>
    Unreachable,
    /// <summary>The connection ended before an answer: the agent died or closed it.</summary>
    Broken,
    TimedOut,
    /// <summary>The answer is no <see cref="LocalReply"/>.</summary>
    Malformed,
    /// <summary>A process that the caller works for has died, so that the answer is of no use any more.</summary>
    CallerGone,
}

/// <summary>The agent gave no answer.</summary>
public sealed class AgentUnavailableException(AgentFault fault, string message) : Exception(message)
{
    public AgentFault Fault { get; } = fault;
}
