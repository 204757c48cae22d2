using Rebalancer.Architecture.Tests.Rules;
using Rebalancer.Architecture.Tests.Tree;
using Xunit;

namespace Rebalancer.Architecture.Tests;

public sealed class ThreatModelTests
{
    private const int Boundaries = 10;

    [Fact]
    public void Threats_NameTestsAndFilesThatExist()
    {
        var lines = Repository.Lines(ThreatModel.File);
        var tests = Repository.TestCode.SelectMany(file => ThreatModel.TestsIn(Repository.Lines(file))).ToHashSet(StringComparer.Ordinal);

        Verdict.None(ThreatModel.Broken(lines, tests, path => Path.Exists(Path.Combine(Repository.Root, path))));
        Assert.Equal(Boundaries, lines.Count(line => line.StartsWith("| who,", StringComparison.Ordinal)));
        Assert.True(lines.Sum(line => ThreatModel.Named(line)?.Count ?? 0) > Boundaries, "the tests that the threat model names were not found at all");
    }

    [Theory]
    [InlineData("| a stranger calls | [Guard](Guard.cs) | `GuardTests.Call_Stranger_IsRefused` |", null)]
    [InlineData("| a stranger calls | [Guard](Guard.cs) | `GuardTests.Call_Stranger_IsRefused`, `GuardTests.Call_Nobody_IsRefused` |", "there is no test GuardTests.Call_Nobody_IsRefused")]
    [InlineData("| a stranger calls | [Guard](Guard.cs) | `GuardTests` |", "there is no test GuardTests")]
    [InlineData("| a stranger calls | [Guard](Gone.cs) | `GuardTests.Call_Stranger_IsRefused` |", "there is no Gone.cs")]
    [InlineData("| a stranger calls | [Guard](Guard.cs) | none (see below) |", null)]
    [InlineData("| a stranger calls | [Guard](Guard.cs) | |", "neither a test nor the word 'none'")]
    [InlineData("| a stranger calls | `GuardTests.Call_Stranger_IsRefused` |", "a row has 3 columns")]
    [InlineData("What a [guard](../Gone.cs) does", "there is no ../Gone.cs")]
    public void Broken_EachWayToBe_IsSeen(string line, string? problem)
    {
        var tests = ThreatModel.TestsIn(["public sealed class GuardTests", "{", "    [Fact]", "    public async Task Call_Stranger_IsRefused() => Assert.Empty([]);", "    public void Helper()"]);

        Assert.Equal(problem is null ? [] : [$"{ThreatModel.File}:1: {problem}"], ThreatModel.Broken([line], tests.ToHashSet(StringComparer.Ordinal), path => path == "agent/Guard.cs"));
    }
}
