using System.Globalization;
using Rebalancer.Ledger.Store;
using Rebalancer.Ledger.Tests.World;

// Writes into the ledger of the first argument, from the number in the second on, and says each move's UID once it is acknowledged. It ends when it is killed,
// or after so many that a test which died before it does no harm.
const int Most = 10_000;
using var store = LedgerStore.Open(args[0]);
for (var (first, i) = (int.Parse(args[1], CultureInfo.InvariantCulture), 0); i < Most; i++)
{
    store.Write([Given.Move($"m{first + i}"), Given.Node($"n{first + i}"), Given.Price($"n{first + i}", 0, 1)]);
    Console.WriteLine($"m{first + i}");
}
