using System.Net;
using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Moves;
using Rebalancer.Agent.Tests.Cluster;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Moves;

public sealed class ClaimsTests
{
    /// <summary>The Migration was deleted before the API server had made the pod. One that keeps its name could be a second copy of a pod that still runs.</summary>
    [Theory]
    [InlineData("ReplicaSet", true)]
    [InlineData("StatefulSet", false)]
    [InlineData("Job", false)]
    public async Task Find_MoveIsGone_OnlyAPodOfAReplicaSetIsLikeAnyOther(string owner, bool isLikeAny)
    {
        var pod = new V1Pod
        {
            Metadata = new V1ObjectMeta
            {
                Name = "web-1",
                NamespaceProperty = "default",
                Uid = "uid",
                Annotations = new Dictionary<string, string> { [Names.MigrationAnnotation] = "move", [Names.ClaimAnnotation] = "token" },
                OwnerReferences = [new V1OwnerReference { Kind = owner, Name = "web", Controller = true }],
            },
        };
        var options = new AgentOptions { Node = "target", Listen = new IPEndPoint(IPAddress.Loopback, 0), TlsCa = "", TlsCert = "", TlsKey = "" };
        var folder = Directory.CreateTempSubdirectory();
        var claims = new Claims(new FakeClusterApi { Pod = pod }, new MigrationBook(), options, new Markers(folder.FullName), TimeProvider.System, NullLogger<Claims>.Instance);

        var finding = claims.FindAsync("default", "web-1", "uid", default);

        if (isLikeAny) { Assert.Null(await finding); }
        else { Assert.Equal(Reasons.ClaimExpired, (await Assert.ThrowsAsync<ClaimException>(() => finding)).Reason); }
        folder.Delete(recursive: true);
    }
}
