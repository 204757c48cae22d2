using System.Collections.Immutable;
using Rebalancer.Policy.Constraints;

namespace Rebalancer.Model.Tests.Constraints;

public sealed class CpuCompatibilityTests
{
    [Theory]
    [InlineData("m5.large", "m6i.large", true)]
    [InlineData("m6i.large", "m5.large", false)]
    [InlineData("m5.large", "c5.xlarge", true)]
    [InlineData("m5.large", "m6a.large", false)]
    [InlineData("m5a.large", "m6a.large", true)]
    [InlineData("t3.large", "m4.large", false)]
    [InlineData("t3.large", "m5.large", true)]
    [InlineData("m6g.large", "c7gn.large", true)]
    [InlineData("g4dn.xlarge", "g4dn.2xlarge", true)]
    [InlineData("g4dn.xlarge", "m5.large", false)]
    [InlineData("ours-1", "ours-1", true)]
    [InlineData("ours-1", "ours-2", false)]
    public void MayGoOn_ByTypeName(string source, string target, bool expected) => Assert.Equal(expected, CpuCompatibility.MayGoOn(Machine(source), Machine(target)));

    [Fact]
    public void MayGoOn_FeaturesKnown_TargetNeedsThemAllWhateverItsType()
    {
        var source = Machine("ours-1", "AVX2", "SSE42");

        Assert.True(CpuCompatibility.MayGoOn(source, Machine("ours-2", "AVX2", "AVX512F", "SSE42")));
        Assert.False(CpuCompatibility.MayGoOn(source, Machine("ours-1", "SSE42")));
    }

    [Fact]
    public void MayGoOn_OtherArchitecture_Never() => Assert.False(CpuCompatibility.MayGoOn(Machine("m5.large"), Machine("m5.large") with { Arch = "arm64" }));

    private static MachineInfo Machine(string type, params string[] features)
        => MachineInfo.Unknown with { InstanceType = type, Arch = "amd64", CpuFeatures = features.ToImmutableSortedSet(StringComparer.Ordinal) };
}
