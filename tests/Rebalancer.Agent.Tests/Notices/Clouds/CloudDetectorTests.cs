using k8s.Models;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Rebalancer.Agent.Notices;
using Rebalancer.Agent.Notices.Clouds;

namespace Rebalancer.Agent.Tests.Notices.Clouds;

public sealed class CloudDetectorTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeNode _node = new();
    private readonly LogLines<CloudDetector> _log = new();

    [Theory]
    [InlineData("none", "aws:///eu-central-1a/i-0123", null)]
    [InlineData("azure", "aws:///eu-central-1a/i-0123", "Azure")]
    [InlineData("auto", "aws:///eu-central-1a/i-0123", "Aws")]
    [InlineData("auto", "gce://project/zone/name", "Gcp")]
    [InlineData("auto", "azure:///subscriptions/x", "Azure")]
    [InlineData("auto", "kind://docker/kind/worker", null)]
    public void Choice_OfOptionAndProvider_NeedsNoQuestion(string option, string providerId, string? cloud)
    {
        var choice = CloudChoice.Of(option, providerId);
        Assert.Equal((cloud, false), (choice.Cloud?.ToString(), choice.MayAsk));
    }

    [Theory]
    [InlineData("PUT", "/latest/api/token", "", "Aws")]
    [InlineData("GET", "/computeMetadata/v1/instance/preempted", "Metadata-Flavor", "Gcp")]
    [InlineData("GET", "/metadata/instance/compute/name", "", "Azure")]
    public async Task Find_ByAsking_TakesTheServiceThatAnswersAsItShould(string method, string path, string header, string cloud)
    {
        await using var metadata = await LoopbackMetadata.StartAsync();
        metadata.Answer = async context =>
        {
            var isRight = context.Request.Method == method && context.Request.Path == path;
            context.Response.StatusCode = isRight ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
            if (header.Length > 0) { context.Response.Headers[header] = "Google"; }
            await context.Response.WriteAsync("something");
        };
        Assert.Equal(cloud, (await Detector(metadata).FindAsync(CancellationToken.None))?.Cloud.ToString());
    }

    [Fact]
    public async Task Find_WhereNobodyAnswers_GivesUpAndSaysSo()
    {
        await using var metadata = await LoopbackMetadata.StartAsync();
        var asked = 0;
        metadata.Answer = context => { Interlocked.Increment(ref asked); context.Abort(); return Task.CompletedTask; };
        Assert.Null(await Detector(metadata, rounds: 1).FindAsync(CancellationToken.None));
        Assert.InRange(asked, 3, 6);
        Assert.Contains("No cloud's metadata service answered in 1 rounds", _log.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_WhenTheProviderComesLater_IsItThen()
    {
        await using var metadata = await LoopbackMetadata.StartAsync();
        var finding = Detector(metadata, rounds: 3).FindAsync(CancellationToken.None);
        _node.Change(n => n.Spec = new V1NodeSpec { ProviderID = "gce://p/z/n" });
        while (!finding.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }

        Assert.Equal(Cloud.Gcp, (await finding)?.Cloud);
    }

    private CloudDetector Detector(LoopbackMetadata metadata, int rounds = 2)
        => new(NoticeServices.Sources(metadata.Client(), _time), _node, new NoticeOptions { ProbeRounds = rounds }, _time, _log);
}
