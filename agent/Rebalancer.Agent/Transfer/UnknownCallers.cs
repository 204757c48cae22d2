using System.Net;

namespace Rebalancer.Agent.Transfer;

/// <summary>
/// Who has connected to a port and not shown yet who it is. A flood of them keeps nobody out: where one too many comes, the address that most of them have loses its
/// oldest. Who means it is known after a few milliseconds.
/// </summary>
internal sealed class UnknownCallers(int most)
{
    private readonly Lock gate = new();
    /// <summary>Oldest first.</summary>
    private readonly List<UnknownCaller> waiting = new(most);

    /// <param name="hangUp">Ends the connection; may be called by any thread, also when it has ended.</param>
    public UnknownCaller Enter(IPAddress? address, Action hangUp)
    {
        var caller = new UnknownCaller(address ?? IPAddress.None, hangUp);
        UnknownCaller? leaving = null;
        lock (gate)
        {
            if (waiting.Count == most)
            {
                leaving = waiting.GroupBy(each => each.Address).MaxBy(group => group.Count())!.First();
                waiting.Remove(leaving);
            }
            waiting.Add(caller);
        }
        leaving?.HangUp();
        return caller;
    }

    /// <summary>It is known now, or gone.</summary>
    /// <returns>False: it was hung up on.</returns>
    public bool Leave(UnknownCaller caller)
    {
        lock (gate) { return waiting.Remove(caller); }
    }
}

internal sealed class UnknownCaller(IPAddress address, Action hangUp)
{
    public IPAddress Address => address;

    public void HangUp() => hangUp();
}
