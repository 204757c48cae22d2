using Xunit;

namespace Rebalancer.Architecture.Tests.Rules;

/// <summary>A rule's outcome: every violation on a line of its own, not only the first.</summary>
internal static class Verdict
{
    public static void None(IEnumerable<string> violations)
    {
        var all = violations.ToList();
        Assert.True(all.Count == 0, $"{all.Count} violations:\n{string.Join('\n', all)}");
    }
}
