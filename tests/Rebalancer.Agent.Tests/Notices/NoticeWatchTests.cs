using System.Globalization;
using System.Net;
using k8s.Models;
using Microsoft.Extensions.Time.Testing;
using Rebalancer.Agent.Notices;
using Rebalancer.Agent.Notices.Aws;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Notices;

public sealed class NoticeWatchTests : IDisposable
{
    private const string Notice = """{"action":"terminate","time":"2026-03-01T12:02:00Z"}""";
    private const string Deadline = "2026-03-01T12:02:00Z";
    private const string OurTaint = "rebalancer.dev/interruption=notice:NoSchedule";

    private readonly FakeTimeProvider _time = new(DateTimeOffset.Parse("2026-03-01T12:00:00Z", CultureInfo.InvariantCulture));
    private readonly FakeMetadata _metadata = new();
    private readonly FakeNode _node = new();
    private readonly NoticeMetrics _metrics = new();
    private readonly LogLines<NoticeWatch> _log = new();
    private readonly NoticeWatch _watch;

    public NoticeWatchTests() => _watch = NewWatch();

    public void Dispose()
    {
        _metrics.Dispose();
        _metadata.Dispose();
    }

    [Fact]
    public async Task Step_WithoutANotice_WritesNothing()
    {
        Assert.Equal(TimeSpan.FromSeconds(2), await StepAsync());
        await StepAsync();
        Assert.Equal(0, _node.Writes);
        Assert.Equal((2, 1), (_metadata.Reads, _metadata.TokensGiven));
    }

    [Fact]
    public async Task Step_WithANotice_MarksTheNodeOnce()
    {
        await StepAsync();
        _metadata.Body = Notice;
        await StepAsync();
        await StepAsync();
        Assert.Equal(Deadline, _node[Names.TerminatesAt]);
        Assert.Equal("spot instance: terminate", _node[Names.TerminationReason]);
        Assert.Equal([OurTaint], _node.Taints);
        Assert.Equal(1, _node.Writes);

        // Somebody takes the taint away: it comes back.
        _node.Change(n => n.Spec.Taints = []);
        _time.Advance(TimeSpan.FromSeconds(30));
        await StepAsync();
        Assert.Equal([OurTaint], _node.Taints);
    }

    [Fact]
    public async Task Step_WhileOthersWriteTheNode_TriesAgainOnTheirVersion()
    {
        _metadata.Body = Notice;
        _node.ConflictsToCome = 3;
        await StepAsync();
        Assert.Equal(Deadline, _node[Names.TerminatesAt]);
        Assert.Equal("0", _node.Current.Metadata.Labels["changed"]);

        _metadata.Body = null;
        _node.ConflictsToCome = 100;
        await StepAsync();
        Assert.Equal(Deadline, _node[Names.TerminatesAt]);
        _node.ConflictsToCome = 0;
        await StepAsync();
        Assert.Null(_node[Names.TerminatesAt]);
    }

    [Fact]
    public async Task Step_WithAnEarlierDeadlineOfSomebodyElse_LeavesIt()
    {
        _node.Change(n => n.Metadata.Annotations = new Dictionary<string, string> { [Names.TerminatesAt] = "2026-03-01T12:01:00Z", [Names.TerminationReason] = "maintenance" });
        _metadata.Body = Notice;
        await StepAsync();
        Assert.Equal(("2026-03-01T12:01:00Z", "maintenance"), (_node[Names.TerminatesAt], _node[Names.TerminationReason]));
        Assert.Equal([OurTaint], _node.Taints);

        _metadata.Body = null;
        await StepAsync();
        Assert.Equal(("2026-03-01T12:01:00Z", "maintenance"), (_node[Names.TerminatesAt], _node[Names.TerminationReason]));
        Assert.Empty(_node.Taints);
    }

    [Theory]
    [InlineData("2026-03-01T18:00:00Z", "2026-03-01T18:00:00Z")]
    [InlineData("next week", "next week")]
    public async Task Step_WithALaterOrBrokenDeadlineOfSomebodyElse_TakesItsPlaceAndGivesItBack(string before, string after)
    {
        _node.Change(n => n.Metadata.Annotations = new Dictionary<string, string> { [Names.TerminatesAt] = before });
        _metadata.Body = Notice;
        await StepAsync();
        Assert.Equal(Deadline, _node[Names.TerminatesAt]);
        _metadata.Body = null;
        await StepAsync();
        Assert.Equal(after, _node[Names.TerminatesAt]);
        Assert.Null(_node[NoticeMark.NoticeAnnotation]);
    }

    [Fact]
    public async Task Step_WhenTheNoticeIsWithdrawn_TakesBackOnlyItsOwn()
    {
        _node.Change(n =>
        {
            n.Metadata.Annotations = new Dictionary<string, string> { ["other"] = "stays" };
            n.Spec = new V1NodeSpec { Taints = [new V1Taint { Key = "other", Effect = "NoExecute" }] };
        });
        _metadata.Body = Notice;
        await StepAsync();
        _metadata.Body = null;

        // The agent that marked the node is gone; its successor knows what was the agent's.
        var successor = NewWatch();
        await successor.StepAsync(CancellationToken.None);
        Assert.Equal(["other=:NoExecute"], _node.Taints);
        Assert.Equal(["other"], _node.Current.Metadata.Annotations.Keys);
    }

    [Fact]
    public async Task Step_WithATaintOfSomebodyElse_LeavesItOnWithdrawal()
    {
        _node.Change(n => n.Spec = new V1NodeSpec { Taints = [new V1Taint { Key = Names.InterruptionTaint, Value = "by-hand", Effect = "NoSchedule" }] });
        _metadata.Body = Notice;
        await StepAsync();
        _metadata.Body = null;
        await StepAsync();
        Assert.Equal(["rebalancer.dev/interruption=by-hand:NoSchedule"], _node.Taints);
    }

    [Fact]
    public async Task Step_WhenTheNoticeMoves_FollowsIt()
    {
        _metadata.Body = Notice;
        await StepAsync();
        _metadata.Body = Notice.Replace("12:02", "12:07", StringComparison.Ordinal);
        await StepAsync();
        Assert.Equal("2026-03-01T12:07:00Z", _node[Names.TerminatesAt]);
    }

    [Theory]
    [InlineData("<html>{\"action\": \"termin")]
    [InlineData("""{"action":"explode","time":"2026-03-01T12:02:00Z"}""")]
    [InlineData("""{"action":"terminate","time":"2029-01-01T00:00:00Z"}""")]
    public async Task Step_WithABrokenBody_CountsLogsAndChangesNothing(string body)
    {
        _metadata.Body = body;
        await StepAsync();
        await StepAsync();
        Assert.Equal(0, _node.Writes);
        Assert.Equal(2, _metrics.Broken);
        Assert.StartsWith("Ignored: spot notice:", Assert.Single(_log.Lines), StringComparison.Ordinal);

        // A mark that is there stays, too.
        _metadata.Body = Notice;
        await StepAsync();
        _metadata.Body = body;
        await StepAsync();
        Assert.Equal(Deadline, _node[Names.TerminatesAt]);
    }

    [Fact]
    public async Task Step_WithoutAService_WaitsEverLongerAndSaysSoOnce()
    {
        _metadata.Body = Notice;
        await StepAsync();
        _metadata.Absent = true;
        _log.Lines.Clear();
        var waits = new List<double>();
        for (var i = 0; i < 8; i++)
        {
            waits.Add((await StepAsync()).TotalSeconds);
        }

        Assert.InRange(waits[0], 1, 2);
        Assert.InRange(waits[2], 4, 8);
        Assert.All(waits.Skip(4), w => Assert.InRange(w, 15, 30));
        Assert.Contains("Connection refused", Assert.Single(_log.Lines), StringComparison.Ordinal);
        Assert.Equal(Deadline, _node[Names.TerminatesAt]);

        _metadata.Absent = false;
        Assert.Equal(TimeSpan.FromSeconds(2), await StepAsync());
    }

    [Fact]
    public async Task Step_WithATokenThatIsForgotten_AsksForANewOne()
    {
        await StepAsync();
        _metadata.ForgetToken();
        _metadata.Body = Notice;
        await StepAsync();
        Assert.Equal(2, _metadata.TokensGiven);
        Assert.Equal(Deadline, _node[Names.TerminatesAt]);
    }

    [Fact]
    public async Task Step_WhereTokensAreRefused_IsAnAbsentService()
    {
        _metadata.TokenStatus = HttpStatusCode.Forbidden;
        await StepAsync();
        Assert.Contains("token request answered 403", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Step_WithAServiceThatHangs_EndsAfterASecond()
    {
        _metadata.Hangs = true;
        var step = StepAsync();
        Assert.False(step.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        await step;
        Assert.Contains("no answer within 1 s", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Step_WithARecommendation_RaisesTheRiskAndOrdersNothing()
    {
        _metadata.Recommendation = """{"noticeTime":"2026-03-01T11:59:00Z"}""";
        await StepAsync();
        await StepAsync();
        Assert.Equal(["aws-node-termination-handler/rebalance-recommendation=rebalancer-agent:PreferNoSchedule"], _node.Taints);
        Assert.Null(_node[Names.TerminatesAt]);
        Assert.Equal(1, _node.Writes);

        // It may be followed by a notice, and both are taken back.
        _metadata.Body = Notice;
        await StepAsync();
        Assert.Equal(2, _node.Taints.Count());
        (_metadata.Body, _metadata.Recommendation) = (null, null);
        await StepAsync();
        Assert.Empty(_node.Taints);
    }

    [Fact]
    public async Task Step_WithARecommendationOfSomebodyElse_LeavesItsTaint()
    {
        _node.Change(n => n.Spec = new V1NodeSpec { Taints = [new V1Taint { Key = Names.RecommendationTaint, Value = "id", Effect = "NoSchedule" }] });
        await StepAsync();
        Assert.Equal([Names.RecommendationTaint + "=id:NoSchedule"], _node.Taints);
    }

    [Fact]
    public async Task Step_WithMaintenanceThatIsNear_MarksTheNodeWithItsReason()
    {
        _metadata.Maintenance = """[{"NotBefore":"1 Mar 2026 12:40:00 GMT","Code":"system-reboot","State":"active"},{"NotBefore":"9 Mar 2026 12:40:00 GMT","Code":"instance-stop","State":"active"}]""";
        await StepAsync();
        Assert.Equal(("2026-03-01T12:40:00Z", "scheduled maintenance: system-reboot"), (_node[Names.TerminatesAt], _node[Names.TerminationReason]));

        // A spot notice is nearer.
        _metadata.Body = Notice;
        await StepAsync();
        Assert.Equal((Deadline, "spot instance: terminate"), (_node[Names.TerminatesAt], _node[Names.TerminationReason]));
    }

    [Fact]
    public async Task Step_WhenOnlyAPartIsAnswered_SetsButNeitherWithdrawsNorPostpones()
    {
        _metadata.HidesTheRest = true;
        _metadata.Body = Notice;
        await StepAsync();
        Assert.Equal(Deadline, _node[Names.TerminatesAt]);
        _metadata.Body = Notice.Replace("12:02", "12:07", StringComparison.Ordinal);
        await StepAsync();
        Assert.Equal(Deadline, _node[Names.TerminatesAt]);
        _metadata.Body = Notice.Replace("12:02", "12:01", StringComparison.Ordinal);
        await StepAsync();
        Assert.Equal("2026-03-01T12:01:00Z", _node[Names.TerminatesAt]);
        _metadata.Body = null;
        await StepAsync();
        Assert.Equal("2026-03-01T12:01:00Z", _node[Names.TerminatesAt]);

        _metadata.HidesTheRest = false;
        await StepAsync();
        Assert.Null(_node[Names.TerminatesAt]);
    }

    private Task<TimeSpan> StepAsync() => _watch.StepAsync(CancellationToken.None);

    private NoticeWatch NewWatch() => new(
        new Ec2Notices(new Imds(new MetadataClient(new HttpClient(_metadata, disposeHandler: false) { BaseAddress = new Uri("http://169.254.169.254/") }, _time)), _time),
        _node,
        acknowledgement: null,
        new NoticeOptions(),
        _metrics,
        new Random(1),
        _time,
        _log);
}
