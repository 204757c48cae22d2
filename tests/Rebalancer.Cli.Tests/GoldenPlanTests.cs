namespace Rebalancer.Cli.Tests;

/// <summary>Each folder of Golden is a case: a snapshot, a policy, and the plan that must come out, character by character.</summary>
public sealed class GoldenPlanTests
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Golden");

    public static TheoryData<string> Cases => [.. Directory.GetDirectories(Root).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Plan_GoldenCase_IsAsRecorded(string name)
    {
        var folder = Path.Combine(Root, name);

        var (exit, output, errors) = await CommandLine.Run(
            "plan", "--snapshot", Path.Combine(folder, "snapshot.json"), "--policy", Path.Combine(folder, "policy.yaml"), "--iterations", "200", "-o", "json");

        Assert.Equal((0, ""), (exit, errors));
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(folder, "plan.json")), output);
    }
}
