namespace Rebalancer.Ledger.Entries;

/// <summary>The ledger's precision, and the only place where anything is rounded on its way in.</summary>
public static class Exact
{
    public const int Decimals = 9;

    /// <summary>A billionth of a dollar: finer than any price, and coarse enough for products to stay exact.</summary>
    public static decimal Usd(decimal usd) => Math.Round(usd, Decimals, MidpointRounding.ToEven);

    /// <summary>As the API server keeps instants.</summary>
    public static DateTimeOffset Instant(DateTimeOffset at) => DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds());

    public static DateTimeOffset? Instant(DateTimeOffset? at) => at is { } known ? Instant(known) : null;

    /// <summary>The client library marks instants of the API as it pleases; they are in UTC.</summary>
    public static DateTimeOffset Instant(DateTime? at) => at is { } known ? Instant(new DateTimeOffset(DateTime.SpecifyKind(known, DateTimeKind.Utc))) : DateTimeOffset.UnixEpoch;
}
