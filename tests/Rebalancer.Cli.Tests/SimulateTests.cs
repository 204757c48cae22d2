using System.Text.Json;

namespace Rebalancer.Cli.Tests;

/// <summary>On the example of 60 nodes. What plans save changes with the planner; what happens without plans does not.</summary>
public sealed class SimulateTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rebalancer-cli");

    private static string Example(string name) => Path.Combine(Root(), "manifests/examples", name);

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Simulate_Example_LiveIsCheaperThanNothingAndLosesLessThanEvicting()
    {
        var (exit, output, errors) = await Run("-o", "json");

        Assert.Equal(0, exit);
        Assert.EndsWith("simulated 100 %\n", errors, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(output);
        var report = document.RootElement;
        var arms = report.GetProperty("arms").EnumerateArray().ToList();
        Assert.Equal(["nothing", "evict", "live"], arms.Select(a => a.GetProperty("name").GetString()));
        Assert.Equal((60, 7), (report.GetProperty("nodes").GetInt32(), report.GetProperty("seed").GetInt32()));
        Assert.True(Number(arms[2], "totalUsd") < Number(arms[0], "totalUsd"));
        Assert.True(Number(arms[2], "restarts") < Number(arms[1], "restarts"));
        Assert.Equal(Number(arms[1], "nodeUsd"), Number(arms[2], "nodeUsd"));
        Assert.Equal(0, Number(arms[0], "moves"));
        Assert.Equal(Number(arms[2], "nodeUsd") + Number(arms[2], "movingUsd") + Number(arms[2], "interruptionUsd"), Number(arms[2], "totalUsd"));
    }

    [Fact]
    public async Task Simulate_SameSeed_SameBytes() => Assert.Equal((await Run("-o", "yaml")).Output, (await Run("-o", "yaml")).Output);

    [Fact]
    public async Task Simulate_Table_SaysWhatItBrings()
    {
        var (exit, output, _) = await Run();

        Assert.Equal(0, exit);
        Assert.All(new[] { "0.25 days from 2026-11-30 00:00Z, seed 7: 60 nodes", "plans were made", "total, $", "Moving live instead of doing nothing saves" }, part => Assert.Contains(part, output, StringComparison.Ordinal));
    }

    /// <summary>Without churn and interruptions doing nothing costs what the nodes cost, less the one that was empty.</summary>
    [Fact]
    public async Task Simulate_NothingHappens_NodesCostTheirPrice()
    {
        var (_, plan, _) = await CommandLine.Run("plan", "--snapshot", Example("cluster.json"), "--iterations", "1", "-o", "json");
        var (_, output, _) = await Run("--churn", "0", "--interruptions", Write("none.csv", "time,node\n"), "-o", "json");

        using var document = JsonDocument.Parse(output);
        using var planned = JsonDocument.Parse(plan);
        var nothing = document.RootElement.GetProperty("arms")[0];
        var all = Number(planned.RootElement.GetProperty("balance"), "usdPerHourBefore") * 6;
        Assert.InRange(Number(nothing, "nodeUsd"), all * 0.95m, all);
        Assert.Equal((0, 0), (document.RootElement.GetProperty("arrivals").GetInt32(), nothing.GetProperty("interruptions").GetInt32()));
    }

    [Fact]
    public async Task Simulate_EverythingWrong_AllIsReportedAndExitIs1()
    {
        var csv = Write("i.csv", "time,node\nsoon,a\n");
        var policy = Write("policy.yaml", "apiVersion: rebalancer.dev/v1alpha1\nkind: RebalancePolicy\nspec: {stableHours: -1}\n");

        var (exit, output, errors) = await CommandLine.Run(
            "simulate", "--snapshot", Path.Combine(folder.FullName, "nowhere.json"), "--policy", policy, "--interruptions", csv, "--days", "0", "--step", "often", "--churn", "-1", "--restart", "48h", "--start", "soon", "--iterations", "0");

        Assert.Equal((1, ""), (exit, output));
        Assert.All(
            new[] { "nowhere.json", "spec.stableHours", "i.csv: line 2", "--days", "--step: value is 'often'", "--churn", "--restart", "--start: value is 'soon'", "--iterations", "nothing was simulated" },
            part => Assert.Contains(part, errors, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Simulate_NoSnapshot_Exit1() => Assert.Equal(1, (await CommandLine.Run("simulate")).Exit);

    private static Task<Outcome> Run(params string[] more)
        => CommandLine.Run(["simulate", "--snapshot", Example("cluster.json"), "--start", "2026-11-30T00:00:00Z", "--days", "0.25", "--iterations", "50", "--seed", "7", .. more]);

    private static decimal Number(JsonElement element, string name) => element.GetProperty(name).GetDecimal();

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Rebalancer.sln"))) { folder = folder.Parent; }
        return folder?.FullName ?? throw new DirectoryNotFoundException($"no folder above {AppContext.BaseDirectory} holds Rebalancer.sln");
    }
}
