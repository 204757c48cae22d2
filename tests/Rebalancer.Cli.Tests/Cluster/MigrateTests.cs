using Rebalancer.Cli.Tests.World;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Cli.Tests.Cluster;

/// <summary>The test plays the descheduler.</summary>
public sealed class MigrateTests
{
    [Fact]
    public async Task Migrate_GoodMove_FollowedToItsEnd()
    {
        await using var world = await ClusterWorld.StartAsync();
        await world.NodeAsync("b");
        var pod = await world.PodAsync("redis", "a");

        var run = world.Run("migrate", "redis", "-n", ClusterWorld.Ns, "--to", "b", "--freeze-budget", "5s");
        var migration = await world.MigrationAsync();
        await world.WriteStatusAsync(migration, new { phase = Phases.PreCopying, sourceNode = "a", targetNode = "b", source = new { state = "Ready", bytes = 1 << 20 } });
        await world.WriteStatusAsync(migration, new { phase = Phases.Succeeded, decision = Decision.Committed, startedAt = "2026-01-05T12:00:00Z", completedAt = "2026-01-05T12:00:05Z", source = new { bytes = 128 << 20 }, target = new { state = "Running", freezeMs = 67 }, claim = new { token = new string('a', 32), expiresAt = "2026-01-05T13:00:00Z", podName = "redis-2" } });
        var (exit, output, errors) = await run;

        Assert.Equal((0, ""), (exit, errors));
        Assert.EndsWith("shop/redis-2 runs on b; it stood still for 67 ms, 128 MiB sent in 5 s.\n", output, StringComparison.Ordinal);
        Assert.Contains("Succeeded", output, StringComparison.Ordinal);
        Assert.Equal((pod.Metadata.Uid, "b", "5000ms", MoveReasons.Manual), (migration.Spec.PodUID, migration.Spec.TargetNode, migration.Spec.FreezeBudget, migration.Spec.Reason));
        Assert.StartsWith("move-redis-", migration.Metadata.Name, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Phases.Failed, "The move of shop/redis failed: ProbeTooTight: the probe is tight\nHint: raise the probe's failureThreshold")]
    [InlineData(Phases.RolledBack, "shop/redis goes on on a; the move was rolled back: ProbeTooTight: the probe is tight\nHint: ")]
    public async Task Migrate_MoveThatDoesNotSucceed_Exit3WithReasonAndHint(string phase, string sentence)
    {
        await using var world = await ClusterWorld.StartAsync();
        await world.PodAsync("redis", "a");

        var run = world.Run("migrate", "shop/redis");
        await world.WriteStatusAsync(await world.MigrationAsync(), new { phase, sourceNode = "a", reason = Reasons.ProbeTooTight, message = "the probe is tight" });
        var (exit, output, _) = await run;

        Assert.Equal(3, exit);
        Assert.Contains(sentence, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_TimeIsUp_Exit3AndTheMoveGoesOn()
    {
        await using var world = await ClusterWorld.StartAsync();
        await world.PodAsync("redis", "a");

        var (exit, output, _) = await world.Run("migrate", "shop/redis", "--timeout", "20s");

        Assert.Equal(3, exit);
        Assert.Contains("is in phase Pending after 20 s and goes on; kubectl annotate mig -n shop move-redis-", output, StringComparison.Ordinal);
        Assert.Null((await world.MigrationAsync()).Metadata.DeletionTimestamp);
    }

    [Fact]
    public async Task Migrate_NoWait_ReturnsAtOnceWithTheName()
    {
        await using var world = await ClusterWorld.StartAsync();
        await world.PodAsync("redis", "a");

        var document = await world.Json("migrate", "shop/redis", "--wait=false");

        Assert.Equal((await world.MigrationAsync()).Metadata.Name, document.GetProperty("migration").GetString());
        Assert.Equal("Pending", document.GetProperty("phase").GetString());
    }

    [Theory]
    [InlineData("pod shop/nobody does not exist\n", "shop/nobody")]
    [InlineData("node nowhere does not exist\n", "shop/redis", "--to", "nowhere")]
    [InlineData("--freeze-budget: value is 'soon', expected a duration such as 500ms, 90s or 1h30m\n", "shop/redis", "--freeze-budget", "soon")]
    [InlineData("POD: value is 'a/b/c', expected a pod's name, or namespace/name\n", "a/b/c")]
    public async Task Migrate_BadInput_Exit1AndNothingIsMade(string message, params string[] arguments)
    {
        await using var world = await ClusterWorld.StartAsync();
        await world.PodAsync("redis", "a");

        Assert.Equal(new Outcome(1, "", message), await world.Run(["migrate", .. arguments]));
        using var page = await world.Client.ListPageAsync(ApiResource.Migrations, "limit=1", default);
        Assert.Equal(0, page.RootElement.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Migrate_RebalancerNotInstalled_Exit1()
    {
        await using var world = await ClusterWorld.StartAsync(installed: false);
        await world.PodAsync("redis", "a");

        var (exit, _, errors) = await world.Run("migrate", "shop/redis");

        Assert.Equal(1, exit);
        Assert.StartsWith("Rebalancer is not installed", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Migrate_MigrationIsDeletedMeanwhile_Exit3()
    {
        await using var world = await ClusterWorld.StartAsync();
        await world.PodAsync("redis", "a");

        var run = world.Run("migrate", "shop/redis");
        var migration = await world.MigrationAsync();
        await world.Client.DeleteAsync(ApiResource.Migrations, ClusterWorld.Ns, migration.Metadata.Name, migration.Metadata.Uid, null, default);
        var (exit, output, _) = await run;

        Assert.Equal(3, exit);
        Assert.Contains("was deleted; whether shop/redis moved is not known", output, StringComparison.Ordinal);
    }
}
