using Rebalancer.Policy.Risk.Baseline;

namespace Rebalancer.Model.Tests.Risk.Baseline;

public sealed class PeerBoostTests
{
    [Fact]
    public void Fit_LossesThatFollowPeers_FindsHowMany()
    {
        // Of windows in which 0.05 losses are expected, those with a peer's loss before them are lost as often as 0.3 more would make them.
        var lost = (int)(1000 * (1 - Math.Exp(-0.35)));
        List<(double, double, double, bool)> rows = [.. Enumerable.Range(0, 1000).Select(i => (0.05, 1.0, 1.0, i < lost))];

        Assert.InRange(PeerBoost.Fit(rows, 1).PerInterruption, 0.29, 0.31);
    }

    [Theory]
    [InlineData(0.3, 0)]
    [InlineData(0.3, 200)]
    public void Fit_NoMoreLossesThanExpected_None(double expected, int lost)
        => Assert.Equal(PeerBoost.None, PeerBoost.Fit([.. Enumerable.Range(0, 1000).Select(i => (expected, 1.0, 1.0, i < lost))], 1));

    [Fact]
    public void Fit_FewRowsOfAnyKind_StillAnswers()
    {
        var random = new Random(1);
        for (var draw = 0; draw < 1000; draw++)
        {
            List<(double, double, double, bool)> rows = [.. Enumerable.Range(0, 1 + random.Next(20)).Select(_ =>
                (Math.Exp(-9 * random.NextDouble()), random.Next(3) == 0 ? 0 : Math.Exp(-40 * random.NextDouble()), 0.1, random.Next(draw % 4 + 2) == 0))];

            Assert.InRange(PeerBoost.Fit(rows, 0.5).PerInterruption, 0, 1);
        }
    }
}
