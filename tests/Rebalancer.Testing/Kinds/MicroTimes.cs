using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Kinds;

/// <summary>Instants of type MicroTime, which the real server takes only with six decimals.</summary>
internal static partial class MicroTimes
{
    public static IEnumerable<FieldError> CheckLease(JsonObject lease) => Check("Lease", lease, ["spec", "acquireTime"], ["spec", "renewTime"]);

    public static IEnumerable<FieldError> CheckEvent(JsonObject ev) => Check("Event", ev, ["eventTime"]);

    private static IEnumerable<FieldError> Check(string kind, JsonObject o, params string[][] fields)
    {
        foreach (var text in fields.Select(f => o.Text(f)).OfType<string>().Where(text => !SixDecimals().IsMatch(text)))
        {
            throw Failures.BadRequest(
                $"{kind} in version \"v1\" cannot be handled as a {kind}: parsing time \"{text}\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse \"{text[^1]}\" as \".000000\"");
        }

        return [];
    }

    [GeneratedRegex("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}(Z|[+-]\\d\\d:\\d\\d)$")]
    private static partial Regex SixDecimals();
}
