using System.CommandLine;
using Rebalancer.Model;
using Rebalancer.Planning;

namespace Rebalancer.Cli.Inputs;

/// <summary>How long a plan is searched for.</summary>
internal sealed class SearchOptions
{
    private const int DefaultIterations = 2000;
    private const int MaxIterations = 100_000_000;
    private const int MaxSeconds = 3600;

    private readonly Option<int> iterations = new("--iterations") { Description = "Tries of the search.", DefaultValueFactory = _ => DefaultIterations };
    private readonly Option<double?> seconds = new("--seconds") { Description = "Time for the search; without it the same input gives the same plan." };
    private readonly Option<int> seed = new("--seed") { Description = "Seed of the search.", DefaultValueFactory = _ => 1 };

    public void AddTo(Command command)
    {
        command.Add(iterations);
        command.Add(seconds);
        command.Add(seed);
    }

    public PlanBudget Read(ParseResult parsed, ICollection<InvalidField> problems)
    {
        var (tries, time) = (parsed.GetValue(iterations), parsed.GetValue(seconds));
        if (tries is < 1 or > MaxIterations)
        {
            problems.Add(new InvalidField("--iterations", "value", $"{tries}", $"1 to {MaxIterations}"));
        }

        if (time is not (null or (> 0 and <= MaxSeconds)))
        {
            problems.Add(new InvalidField("--seconds", "value", $"{time}", $"above 0 and at most {MaxSeconds}"));
            time = null;
        }

        return new PlanBudget(tries, time is { } limit ? TimeSpan.FromSeconds(limit) : null, parsed.GetValue(seed));
    }
}
