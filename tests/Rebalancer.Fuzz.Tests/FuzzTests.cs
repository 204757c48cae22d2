using System.Diagnostics;
using System.Globalization;
using Rebalancer.Fuzz.Tests.Harness;
using Rebalancer.Fuzz.Tests.Targets;
using Xunit.Abstractions;

namespace Rebalancer.Fuzz.Tests;

/// <summary>
/// Hostile input for every reader of bytes that another party writes. A usual run plays a fixed number of inputs from one seed; REBALANCER_FUZZ_SECONDS
/// plays on for that long (all targets together), from REBALANCER_FUZZ_SEED, and what is found is put into the corpus.
/// </summary>
[Collection(PeerAttackTests.Name)]
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int UsualSeed = 1;
    private static readonly Dictionary<string, FuzzTarget> Targets = AllTargets().Where(each => Environment.GetEnvironmentVariable("REBALANCER_FUZZ_ONLY") is not { Length: > 0 } only || each.Name == only).ToDictionary(each => each.Name);
    private static readonly int Seconds = Setting("REBALANCER_FUZZ_SECONDS", 0);
    private static readonly int Seed = Setting("REBALANCER_FUZZ_SEED", UsualSeed);

    public static TheoryData<string> Names => [.. Targets.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Reader_OfHostileInput_RefusesItAsDocumented(string name)
    {
        var target = Targets[name];
        var fuzzer = new Fuzzer(target, Corpus.Read(target), Seed);
        var began = Stopwatch.GetTimestamp();
        var limit = TimeSpan.FromSeconds((double)Seconds / Targets.Count);
        fuzzer.Run(played => Seconds == 0 ? played >= target.Inputs : Stopwatch.GetElapsedTime(began) >= limit);

        output.WriteLine($"{name}: {fuzzer.Played} inputs from seed {Seed}");
        var found = fuzzer.Findings.Select(each => each.Text(target, Seed) + (Seconds > 0 ? $"\n  kept as {Corpus.Add(target, each)}" : "")).ToList();
        Assert.True(found.Count == 0, string.Join("\n\n", found));
    }

    /// <summary>A seed that is refused would leave what comes behind its fault unread.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Seed_OfATarget_IsRead(string name)
    {
        var target = Targets[name] with { Refusals = [] };

        Assert.All(target.Seeds, seed => Assert.Null(Trial.Play(target, seed)?.What));
    }

    [Fact]
    public void Corpus_HasNoFolderWithoutATarget() => Assert.Empty(Corpus.Targets().Except(AllTargets().Select(each => each.Name)));

    private static IEnumerable<FuzzTarget> AllTargets() => new[] { PeerTargets.All(), PeerCalls.All(), NodeTargets.All(), SocketTargets.All(), NoticeTargets.All(), ClusterTargets.All() }.SelectMany(each => each);

    private static int Setting(string name, int usual) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : usual;
}
