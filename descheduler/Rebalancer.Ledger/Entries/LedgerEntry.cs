namespace Rebalancer.Ledger.Entries;

/// <summary>
/// One thing that the ledger was told. Entries of one object merge in such a way that their order and repetition make no difference: of what the API server
/// says the highest resource version counts, of what was seen here the earliest instant.
/// </summary>
/// <remarks>Money is in US dollars with at most nine decimals, instants are UTC and whole seconds: every product of the two is exact in a decimal.</remarks>
public abstract record LedgerEntry;
