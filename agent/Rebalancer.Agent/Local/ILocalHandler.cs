namespace Rebalancer.Agent.Local;

/// <summary>Answers the questions of the runtime wrapper, of CRIU's script and of the CNI plugin. The token ends when the caller hangs up.</summary>
internal interface ILocalHandler
{
    Task<LocalReply> HandleAsync(LocalRequest request, CancellationToken callerGone);
}
