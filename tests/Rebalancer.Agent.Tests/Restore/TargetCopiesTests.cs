using Rebalancer.Agent.Restore;

namespace Rebalancer.Agent.Tests.Restore;

public sealed class TargetCopiesTests
{
    private static readonly string[] Names = ["counter", "talker", "redis"];
    private readonly TargetCopies copies = new();

    [Fact]
    public void IsLast_TheOnlyContainer_IsTrue() => Assert.True(copies.IsLast("redis", ["redis"]));

    [Theory]
    [InlineData(new[] { "counter", "talker" }, "redis")]
    [InlineData(new[] { "redis", "counter" }, "talker")]
    public void IsLast_InWhateverOrderTheyCome_IsTheOneThatIsLeft(string[] parked, string last)
    {
        foreach (var name in parked)
        {
            Assert.False(copies.IsLast(name, Names), $"{name} would commit without the others");
            copies.Of(name).State = CopyState.Parked;
        }
        Assert.True(copies.IsLast(last, Names));
    }

    [Theory]
    [InlineData("Missing", false)]
    [InlineData("Parking", false)]
    [InlineData("Parked", true)]
    [InlineData("Running", true)]
    [InlineData("Cold", true)]
    public void IsLast_StateOfAnother_CountsOnlyWhenItIsSeen(string state, bool isLast)
    {
        copies.Of("counter").State = CopyState.Parked;
        copies.Of("talker").State = Enum.Parse<CopyState>(state);
        Assert.Equal(isLast, copies.IsLast("redis", Names));
    }

    [Fact]
    public void Made_OnlyThoseWithAContainer()
    {
        copies.Of("counter").ContainerId = "id";
        copies.Of("talker").State = CopyState.Parked;
        Assert.Equal("counter", Assert.Single(copies.Made()).Container);
        Assert.Empty(copies.In(CopyState.Parked));
    }
}
