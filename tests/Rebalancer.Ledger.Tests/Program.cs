using Rebalancer.Ledger.Store;
using Rebalancer.Ledger.Tests.World;

// Writes into the ledger of the first argument, from the number in the second on, and says each move's UID once it is acknowledged. It ends when it is killed.
using var store = LedgerStore.Open(args[0]);
for (var number = int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture); ; number++)
{
    store.Write([Given.Move($"m{number}"), Given.Node($"n{number}"), Given.Price($"n{number}", 0, 1)]);
    Console.WriteLine($"m{number}");
}
