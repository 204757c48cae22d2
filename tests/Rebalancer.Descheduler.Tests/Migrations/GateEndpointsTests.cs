using k8s.Models;
using Rebalancer.Descheduler.Migrations;

namespace Rebalancer.Descheduler.Tests.Migrations;

public sealed class GateEndpointsTests
{
    [Fact]
    public void Of_ReadyPod_OneSliceForEachServiceThatSelectsIt()
    {
        var observation = Observe(Service("cache", ("app", "redis")), Service("others", ("app", "web")), Service("manual"));

        var slice = Assert.Single(GateEndpoints.Of(observation));
        Assert.Equal("cache", slice.Metadata.Labels["kubernetes.io/service-name"]);
        Assert.NotEqual("endpointslice-controller.k8s.io", slice.Metadata.Labels["endpointslice.kubernetes.io/managed-by"]);
        Assert.Equal(["10.88.1.4"], Assert.Single(slice.Endpoints).Addresses);
        Assert.Equal([("db", 6379), ("metrics", 9121)], slice.Ports.Select(p => (p.Name, p.Port!.Value)));
    }

    [Fact]
    public void Of_PodThatIsNotReady_None()
    {
        var observation = Observe(Service("cache", ("app", "redis")));
        observation.Source!.Status.Conditions[0].Status = "False";

        Assert.Empty(GateEndpoints.Of(observation));
    }

    private static Observation Observe(params V1Service[] services)
    {
        var move = new SimulatedMove("None", gate: true);
        move.Source!.Status.PodIP = "10.88.1.4";
        move.Source.Spec.Containers[0].Ports = [new V1ContainerPort { Name = "exporter", ContainerPort = 9121 }];
        var observation = move.Observe();
        return observation with { Cluster = observation.Cluster with { Services = [.. services] } };
    }

    private static V1Service Service(string name, params (string Key, string Value)[] selector) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "default" },
        Spec = new V1ServiceSpec
        {
            Selector = selector.ToDictionary(s => s.Key, s => s.Value),
            Ports =
            [
                new V1ServicePort { Name = "db", Port = 6379 },
                new V1ServicePort { Name = "metrics", Port = 80, TargetPort = "exporter" },
                new V1ServicePort { Name = "unknown", Port = 81, TargetPort = "nothing" },
            ],
        },
    };
}
