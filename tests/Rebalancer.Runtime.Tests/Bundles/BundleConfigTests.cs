using System.Text;
using System.Text.Json;
using Rebalancer.Runtime.Bundles;
using Xunit;

namespace Rebalancer.Runtime.Tests.Bundles;

public sealed class BundleConfigTests
{
    [Fact]
    public void Parse_AsContainerdWritesIt_FindsThePodAndItsNetwork()
    {
        var config = BundleConfig.Parse("""
            {"ociVersion":"1.2.1","process":{"env":["annotations=x"],"user":{"uid":0}},
             "annotations":{"io.kubernetes.cri.container-type":"container","io.kubernetes.cri.sandbox-uid":"u","io.kubernetes.cri.sandbox-namespace":"ns",
               "io.kubernetes.cri.sandbox-name":"p","io.kubernetes.cri.container-name":"c","io.kubernetes.container.restartCount":"3",
               "rebalancer.dev/migration":"m","rebalancer.dev/claim":"t","other":"x"},
             "linux":{"resources":{"memory":{"limit":1}},"namespaces":[{"type":"pid"},{"type":"ipc","path":"/proc/1/ns/ipc"},{"path":"/run/netns/n","type":"network"}],"x":[]},
             "mounts":[{"annotations":{"rebalancer.dev/migration":"not this"}}]}
            """u8);

        Assert.Equal(new BundleConfig
        {
            ContainerType = "container",
            PodUid = "u",
            PodNamespace = "ns",
            PodName = "p",
            ContainerName = "c",
            RestartCount = 3,
            Migration = "m",
            Claim = "t",
            NetNs = "/run/netns/n",
        }, config);
        Assert.True(config.IsClaimed);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"annotations":null,"linux":null}""")]
    [InlineData("""{"annotations":{},"linux":{"namespaces":[]}}""")]
    [InlineData("""{"annotations":{"io.kubernetes.cri.container-type":7}}""")]
    public void Parse_NotFromACri_IsEmpty(string json) => Assert.Equal(new BundleConfig(), BundleConfig.Parse(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("""{"annotations":""")]
    public void Parse_NoJsonObject_Throws(string json) => Assert.ThrowsAny<JsonException>(() => BundleConfig.Parse(Encoding.UTF8.GetBytes(json)));
}
