namespace Rebalancer.Ledger.Accounting;

/// <summary>From an instant up to, but without, another one; both UTC and whole seconds.</summary>
public readonly record struct Period(DateTimeOffset From, DateTimeOffset To)
{
    private const decimal SecondsPerHour = 3600;
    private const int HourDecimals = 9;

    public bool IsEmpty => To <= From;

    /// <summary>To 3.6 microseconds, so that a price times them has an end.</summary>
    public decimal Hours => IsEmpty ? 0 : Math.Round((To.ToUnixTimeSeconds() - From.ToUnixTimeSeconds()) / SecondsPerHour, HourDecimals);

    public Period Within(Period other) => new(From > other.From ? From : other.From, To < other.To ? To : other.To);

    /// <summary>The parts of the period, cut at every midnight UTC, as costs are reported by the day.</summary>
    public IEnumerable<Period> Days()
    {
        for (var (start, end) = (From, To); start < end;)
        {
            var midnight = new DateTimeOffset(start.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
            var part = new Period(start, midnight < end ? midnight : end);
            yield return part;
            start = part.To;
        }
    }

    /// <summary>What a rate comes to: the sum over days, and so exactly the sum of what is reported of each day.</summary>
    public decimal Usd(decimal usdPerHour) => usdPerHour == 0 ? 0 : Days().Sum(day => day.Hours * usdPerHour);
}
