using System.Globalization;

namespace Rebalancer.Lab.Clients;

/// <summary>
/// What a server must answer the numbered requests of one client: the number, and a chain over all numbers up to it. A request lost, doubled or answered by an
/// older copy of the server shows in the next reply.
/// </summary>
internal sealed class RequestChain
{
    /// <summary>As in the servers.</summary>
    private const ulong Factor = 6364136223846793005;

    public long Number { get; private set; }

    public ulong Value { get; private set; }

    /// <returns>The reply to the next request.</returns>
    public string Next()
    {
        Number++;
        Value = unchecked((Value * Factor) + (ulong)Number);
        return string.Create(CultureInfo.InvariantCulture, $"{Number} {Value}");
    }
}
