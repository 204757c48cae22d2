using Rebalancer.Kubernetes.Api;
using Rebalancer.Ledger.Entries;
using Rebalancer.Ledger.Store;

namespace Rebalancer.Cli.Tests.Savings;

/// <summary>Reports from a ledger's file; the clock stands at 2000-01-01, as in all tests of the command line.</summary>
public sealed class SavingsTests : IDisposable
{
    private static readonly DateTimeOffset Begin = new(1999, 12, 31, 0, 0, 0, TimeSpan.Zero);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rebalancer-cli");

    public SavingsTests()
    {
        using var store = LedgerStore.Open(Ledger);
        store.Write(
        [
            new PlanEntry { Uid = "p", Name = "plan-7", Version = 1, CreatedAt = Begin, StartedAt = Begin, Phase = PlanPhases.Completed, Policy = "default", StableHours = 24, PredictedUsdPerHour = 0.5m, FreedNodes = [new PlannedNode("dear", 0.5m)] },
            new NodeEntry { Uid = "n", Name = "dear", Version = 1, CreatedAt = Begin.AddDays(-9), SeenAt = Begin.AddDays(-9), GoneAt = Begin.AddHours(4) },
            new PriceEntry { NodeUid = "n", At = Begin.AddDays(-9), UsdPerHour = 0.4m, ListUsdPerHour = 0.4m, Source = "Catalogue" },
            new MoveEntry
            {
                Uid = "m", Namespace = "shop", Name = "move-1", Version = 1, Plan = "plan-7", Pod = "redis", Reason = MoveReasons.Consolidation, Phase = Phases.Succeeded, CreatedAt = Begin, CompletedAt = Begin.AddHours(1),
                FreezeMs = 400, Value = new MoveValue(Begin, 1, 2, 0, ""),
            },
        ]);
    }

    private string Ledger => Path.Combine(folder.FullName, "ledger.db");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Table_ShowsPredictedAndRealisedOfEachPlan()
    {
        var (exit, output, errors) = await CommandLine.Run("savings", "--ledger", Ledger, "--since", "7d");

        Assert.Equal((0, ""), (exit, errors));
        Assert.All(["plan-7", "$12.00", "$8.00", "-$0.40", "$7.60", "dear ($0.40/h)", "shop/move-1"], part => Assert.Contains(part, output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("json", "\"nodesSavedUsd\": \"8\"")]
    [InlineData("yaml", "nodesSavedUsd: \"8\"")]
    [InlineData("csv", "NodeSaved,plan-7,p,n,,8,")]
    public async Task Text_HoldsTheSameFigures(string format, string part)
    {
        var (exit, output, errors) = await CommandLine.Run("savings", "--ledger", Ledger, "-o", format);

        Assert.Equal((0, ""), (exit, errors));
        Assert.Contains(part, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parquet_GoesIntoAFileOnly()
    {
        var file = Path.Combine(folder.FullName, "out.parquet");

        Assert.Equal(0, (await CommandLine.Run("savings", "--ledger", Ledger, "-o", "parquet", "--file", file)).Exit);
        Assert.Equal("PAR1"u8.ToArray(), (await File.ReadAllBytesAsync(file))[..4]);
        Assert.Equal(1, (await CommandLine.Run("savings", "--ledger", Ledger, "-o", "parquet")).Exit);
    }

    [Fact]
    public async Task Since_AfterItAll_NothingIsCounted()
    {
        var (_, output, _) = await CommandLine.Run("savings", "--ledger", Ledger, "--since", "1999-12-31T23:59:00Z", "-o", "json");

        Assert.Contains("\"predictedUsd\": \"0.0083333335\"", output, StringComparison.Ordinal);
        Assert.DoesNotContain("move-1", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--since", "soon")]
    [InlineData("--since", "-3d")]
    [InlineData("--since", "0d")]
    [InlineData("--since", "2001-01-01")]
    [InlineData("--output", "xls")]
    public async Task BadInput_EndsWith1(string option, string value) => Assert.Equal(1, (await CommandLine.Run("savings", "--ledger", Ledger, option, value)).Exit);

    [Fact]
    public async Task FileMissing_OrNoLedger_SaysSo()
    {
        var text = Path.Combine(folder.FullName, "text");
        await File.WriteAllTextAsync(text, new string('x', 5000));

        Assert.Contains("does not exist", (await CommandLine.Run("savings", "--ledger", Path.Combine(folder.FullName, "nowhere"))).Errors, StringComparison.Ordinal);
        Assert.Contains("is damaged", (await CommandLine.Run("savings", "--ledger", text)).Errors, StringComparison.Ordinal);
        Assert.Contains("holds no pods", (await CommandLine.Run("waste", "--ledger", Ledger)).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KubeconfigMissing_SaysSo()
    {
        var (exit, _, errors) = await CommandLine.Run("savings", "--kubeconfig", Path.Combine(folder.FullName, "nowhere"));

        Assert.Equal(1, exit);
        Assert.NotEqual("", errors);
    }

    [Fact]
    public async Task KubeconfigNotGiven_IsFoundAsByAllVerbs()
    {
        var file = Path.Combine(folder.FullName, "kubeconfig");
        await File.WriteAllTextAsync(file, "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters: [{name: c, cluster: {server: 'http://127.0.0.1:9'}}]\ncontexts: [{name: c, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {token: t}}]\n");
        var before = Environment.GetEnvironmentVariable("KUBECONFIG");
        Environment.SetEnvironmentVariable("KUBECONFIG", file);
        try
        {
            var (exit, _, errors) = await CommandLine.Run("savings");

            Assert.Equal(1, exit);
            Assert.StartsWith("http://127.0.0.1:9/", errors, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("KUBECONFIG", before);
        }
    }
}
