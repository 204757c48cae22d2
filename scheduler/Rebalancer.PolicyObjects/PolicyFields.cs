using System.Globalization;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;

namespace Rebalancer.PolicyObjects;

/// <summary>Reads the fields of one object's spec: what is left out keeps its default, and what makes no sense is reported and keeps it too.</summary>
/// <param name="item">The object, for messages.</param>
internal sealed class PolicyFields(string item, ICollection<InvalidField> problems)
{
    private const int MaxCount = 1_000_000;

    public decimal Decimal(string field, DecimalText? value, decimal usual, decimal least, decimal most)
    {
        if (value is not { } given)
        {
            return usual;
        }

        if (given.TryRead(out var number) && number >= least && number <= most)
        {
            return number;
        }

        Report(field, given.ToString(), string.Create(CultureInfo.InvariantCulture, $"a decimal number from {least} to {most}"));
        return usual;
    }

    public double Number(string field, DecimalText? value, double usual, decimal least, decimal most)
        => value is null ? usual : (double)Decimal(field, value, (decimal)usual, least, most);

    public int Count(string field, int? value, int usual, int least, int most = MaxCount)
    {
        if (value is { } given && (given < least || given > most))
        {
            Report(field, given.ToString(CultureInfo.InvariantCulture), $"{least} to {most}");
            return usual;
        }

        return value ?? usual;
    }

    public TimeSpan Duration(string field, string? text, TimeSpan usual, TimeSpan least, TimeSpan most)
    {
        if (text is null)
        {
            return usual;
        }

        if (Durations.TryParse(text, out var duration) && duration >= least && duration <= most)
        {
            return duration;
        }

        Report(field, text, $"a duration such as 500ms, 30s or 1h30m from {Shown(least)} to {Shown(most)}");
        return usual;
    }

    /// <summary>One of some words.</summary>
    public T Choice<T>(string field, string? text, T usual, params (string Word, T Value)[] choices)
    {
        if (text is null)
        {
            return usual;
        }

        foreach (var (word, value) in choices)
        {
            if (word == text)
            {
                return value;
            }
        }

        Report(field, text, string.Join(" or ", choices.Select(c => c.Word)));
        return usual;
    }

    public void Report(string field, string value, string expected) => problems.Add(new InvalidField(item, "spec." + field, value, expected));

    private static string Shown(TimeSpan span)
        => span.TotalHours >= 1 ? Text(span.TotalHours, "h") : span.TotalMinutes >= 1 ? Text(span.TotalMinutes, "m") : span.TotalSeconds >= 1 ? Text(span.TotalSeconds, "s") : Text(span.TotalMilliseconds, "ms");

    private static string Text(double amount, string unit) => amount.ToString("0.##", CultureInfo.InvariantCulture) + unit;
}
