using k8s.Models;
using Rebalancer.Cli.Tests.World;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Cli.Tests.Cluster;

public sealed class StatusTests
{
    private static readonly ApiResource Deployments = new("apps", "v1", "deployments", "Deployment", true);

    [Fact]
    public async Task Status_Cluster_ProgramsPoliciesAndMoves()
    {
        await using var world = await ClusterWorld.StartAsync();
        await InstallAsync(world);
        await world.NodeAsync("a");
        await world.NodeAsync("b", agent: false);
        await world.PolicyAsync("default");
        await world.Run("pause", "default", "--reason", "incident");
        await world.PlanAsync("p");
        await MoveAsync(world, "m1", new { phase = Phases.PreCopying, sourceNode = "a", targetNode = "b" });
        await MoveAsync(world, "m2", new { phase = Phases.Succeeded, completedAt = "2026-01-05T11:00:00Z", target = new { state = "Running", freezeMs = 67 } });

        var status = await world.Json("status");
        var descheduler = status.GetProperty("components")[0];
        Assert.Equal(("rebalancer-descheduler", 1, 2, "0.1.0"), (descheduler.GetProperty("name").GetString(), descheduler.GetProperty("ready").GetInt32(), descheduler.GetProperty("wanted").GetInt32(), descheduler.GetProperty("version").GetString()));
        Assert.Equal((2, 1), (status.GetProperty("nodes").GetInt32(), status.GetProperty("nodesWithAgent").GetInt32()));
        Assert.Equal("incident", status.GetProperty("policies")[0].GetProperty("pausedBecause").GetString());
        Assert.Equal(("p", "m1", "m2"), (status.GetProperty("plans")[0].GetProperty("name").GetString(), status.GetProperty("running")[0].GetProperty("migration").GetString(), status.GetProperty("last")[0].GetProperty("migration").GetString()));

        var (exit, table, errors) = await world.Run("status");
        Assert.Equal((0, ""), (exit, errors));
        Assert.All(["1 of 2", "not installed in namespace rebalancer-system", "1 of 2 nodes has an agent", "incident", "67 ms"], part => Assert.Contains(part, table, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Version_DeschedulerInstalled_BothVersions()
    {
        await using var world = await ClusterWorld.StartAsync();
        await InstallAsync(world);

        var (exit, output, _) = await world.Run("version");

        Assert.Equal(0, exit);
        Assert.Matches("^kubectl-rebalancer [0-9]+\\.[0-9]+\\.[0-9]+\ndescheduler 0\\.1\\.0\n$", output);
    }

    [Fact]
    public async Task Version_NoCluster_ClientOnlyAndStill0()
    {
        var (exit, output, _) = await CommandLine.Run("version", "--kubeconfig", "/nowhere/kubeconfig");

        Assert.Equal(0, exit);
        Assert.Contains("descheduler not known: --kubeconfig: value is '/nowhere/kubeconfig'", output, StringComparison.Ordinal);
    }

    private static async Task InstallAsync(ClusterWorld world)
    {
        await world.Client.CreateAsync(ApiResource.Namespaces, null, new V1Namespace { ApiVersion = "v1", Kind = "Namespace", Metadata = new V1ObjectMeta { Name = Names.SystemNamespace } }, default);
        var labels = new Dictionary<string, string> { ["app"] = "d" };
        var deployment = new V1Deployment
        {
            ApiVersion = "apps/v1",
            Kind = "Deployment",
            Metadata = new V1ObjectMeta { Name = "rebalancer-descheduler", NamespaceProperty = Names.SystemNamespace },
            Spec = new V1DeploymentSpec
            {
                Replicas = 2,
                Selector = new V1LabelSelector { MatchLabels = labels },
                Template = new V1PodTemplateSpec { Metadata = new V1ObjectMeta { Labels = labels }, Spec = new V1PodSpec { Containers = [new V1Container { Name = "descheduler", Image = "localhost:5000/rebalancer-descheduler:0.1.0" }] } },
            },
        };
        await world.Client.CreateAsync(Deployments, Names.SystemNamespace, deployment, default);
        await world.Client.MergeAsync<V1Deployment>(Deployments, Names.SystemNamespace, "rebalancer-descheduler", new Dictionary<string, object> { ["status"] = new V1DeploymentStatus { Replicas = 2, ReadyReplicas = 1 } }, default, "status");
    }

    private static async Task MoveAsync(ClusterWorld world, string name, object status)
        => await world.WriteStatusAsync(await world.Client.CreateAsync(ApiResource.Migrations, ClusterWorld.Ns, new Migration { Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = ClusterWorld.Ns }, Spec = new MigrationSpec { PodName = "redis" } }, default), status);
}
