using System.CommandLine;
using Rebalancer.Kubernetes.Mapping;
using Rebalancer.Model;

namespace Rebalancer.Cli.Inputs;

/// <summary>An option that is a duration, as API objects have it.</summary>
internal sealed class DurationOption(string name, string description, string usual)
{
    private const string Expected = "a duration such as 500ms, 90s or 1h30m";
    private readonly Option<string> option = new(name) { Description = description, DefaultValueFactory = _ => usual };

    public void AddTo(Command command) => command.Add(option);

    /// <exception cref="CliException">It is none.</exception>
    public TimeSpan Read(ParseResult parsed)
        => Durations.TryParse(parsed.GetValue(option)!, out var duration) ? duration : throw CliException.Bad(new InvalidField(name, "value", parsed.GetValue(option)!, Expected));

    /// <summary>What makes no sense is reported, and the result then 0.</summary>
    public TimeSpan Read(ParseResult parsed, ICollection<InvalidField> problems)
    {
        if (Durations.TryParse(parsed.GetValue(option)!, out var duration))
        {
            return duration;
        }

        problems.Add(new InvalidField(name, "value", parsed.GetValue(option)!, Expected));
        return TimeSpan.Zero;
    }
}
