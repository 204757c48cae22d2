using System.Collections.Concurrent;
using System.Globalization;

namespace Rebalancer.Lab.Service;

/// <summary>What each client has sent: how many numbers, and a chain over all of them in their order.</summary>
internal sealed class Chains
{
    private const int MaxClients = 1000;
    private const ulong Factor = 6364136223846793005;

    private readonly ConcurrentDictionary<int, (long Count, ulong Chain)> clients = new();

    /// <returns>"COUNT CHAIN" after this number.</returns>
    public string Add(int client, long number)
    {
        if (clients.Count >= MaxClients && !clients.ContainsKey(client))
        {
            return $"client {client} is one more than {MaxClients}";
        }

        var (count, chain) = clients.AddOrUpdate(client, _ => Next((0, 0), number), (_, last) => Next(last, number));
        return string.Create(CultureInfo.InvariantCulture, $"{count} {chain}");
    }

    private static (long Count, ulong Chain) Next((long Count, ulong Chain) last, long number) =>
        (last.Count + 1, unchecked((last.Chain * Factor) + (ulong)number));
}
