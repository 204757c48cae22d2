using System.Text;
using System.Text.Json;
using Rebalancer.Runtime.Containers;
using Xunit;

namespace Rebalancer.Runtime.Tests.Containers;

public sealed class ContainerStateTests
{
    [Theory]
    [InlineData("""{"freezer":"/sys/fs/cgroup/freezer/k8s/c1","memory":"/m"}""", "/sys/fs/cgroup/freezer/k8s/c1")]
    [InlineData("""{"":"/sys/fs/cgroup/k8s/c1"}""", "/sys/fs/cgroup/k8s/c1")]
    [InlineData("""{"name=systemd":"/s"}""", "")]
    [InlineData("null", "")]
    public void Parse_CgroupsOfEitherVersion_FindsTheFreezer(string paths, string folder)
    {
        var json = $$$"""{"id":"c1","config":{"rootfs":"/r","labels":["io.kubernetes.cri.sandbox-name=p","io.kubernetes.cri.sandbox-uid=u-1","bundle=/b"],"mounts":[{"labels":[]}]},"cgroup_paths":{{{paths}}},"namespace_paths":{"NEWNET":"/n"}}""";

        Assert.Equal(new ContainerState { PodUid = "u-1", FreezerCgroup = folder }, ContainerState.Parse(Encoding.UTF8.GetBytes(json)));
    }

    [Fact]
    public void Parse_HalfAFile_Throws() => Assert.ThrowsAny<JsonException>(() => ContainerState.Parse("""{"id":"c1","config":{"lab"""u8));
}
