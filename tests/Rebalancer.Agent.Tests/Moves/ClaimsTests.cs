using System.Net;
using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Moves;
using Rebalancer.Agent.Tests.Cluster;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Moves;

public sealed class ClaimsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();
    private readonly MigrationBook book = new();

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>The Migration was deleted before the API server had made the pod. One that keeps its name could be a second copy of a pod that still runs.</summary>
    [Theory]
    [InlineData("ReplicaSet", true)]
    [InlineData("StatefulSet", false)]
    [InlineData("Job", false)]
    public async Task Find_MoveIsGone_OnlyAPodOfAReplicaSetIsLikeAnyOther(string owner, bool isLikeAny)
    {
        var finding = FindAsync(Pod(owner), null, "uid");

        if (isLikeAny) { Assert.Null(await finding); }
        else { Assert.Equal(Reasons.ClaimExpired, (await Assert.ThrowsAsync<ClaimException>(() => finding)).Reason); }
    }

    [Fact]
    public async Task Find_ClaimIsThePodsAtTheApiServer_IsTheMove() => Assert.Equal("move-uid", (await FindAsync(Pod("Job"), Move("token", "uid"), "uid"))?.Metadata.Uid);

    /// <summary>Who asks says which pod it is for: the name of one that is claimed does not make another UID its own.</summary>
    [Fact]
    public async Task Find_ApiServerHasAnotherPodOfThatName_IsRefused() =>
        Assert.Equal(Reasons.PodNotFound, (await Assert.ThrowsAsync<ClaimException>(() => FindAsync(Pod("Job"), Move("token", "guess"), "guess"))).Reason);

    /// <summary>What was heard before is not asked: a claim counts as the API server has it now.</summary>
    [Theory]
    [InlineData("other", "uid")]
    [InlineData("token", "other")]
    public async Task Find_ApiServerHasAnotherClaim_IsRefusedWhateverWasHeardBefore(string token, string boundTo)
    {
        book.Put(Move("token", "uid"));

        Assert.Equal(Reasons.ClaimExpired, (await Assert.ThrowsAsync<ClaimException>(() => FindAsync(Pod("Job"), Move(token, boundTo), "uid"))).Reason);
    }

    private async Task<Migration?> FindAsync(V1Pod pod, Migration? migration, string podUid)
    {
        var options = new AgentOptions { Node = "target", Listen = new IPEndPoint(IPAddress.Loopback, 0), TlsCa = "", TlsCert = "", TlsKey = "" };
        var claims = new Claims(new FakeClusterApi { Pod = pod, Migration = migration }, book, options, new Markers(folder.FullName), TimeProvider.System, NullLogger<Claims>.Instance);
        return await claims.FindAsync("default", "web-1", podUid, default);
    }

    private static Migration Move(string token, string boundTo) => new()
    {
        Metadata = new V1ObjectMeta { Name = "move", NamespaceProperty = "default", Uid = "move-uid", ResourceVersion = "1" },
        Status = new MigrationStatus { TargetNode = "target", Claim = new Claim { Token = token, PodUID = boundTo } },
    };

    private static V1Pod Pod(string owner) => new()
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
}
