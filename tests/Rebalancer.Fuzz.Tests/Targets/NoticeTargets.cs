using System.Net;
using System.Text;
using Rebalancer.Agent.Notices;
using Rebalancer.Agent.Notices.Aws;
using Rebalancer.Agent.Notices.Azure;
using Rebalancer.Agent.Notices.Gcp;
using Rebalancer.Fuzz.Tests.Harness;

namespace Rebalancer.Fuzz.Tests.Targets;

/// <summary>What a cloud's metadata service answers.</summary>
internal static class NoticeTargets
{
    private const string Json = "application/json";
    private static readonly TimeProvider Clock = new StandingClock();

    public static IEnumerable<FuzzTarget> All()
    {
        yield return Target("notice-aws-spot", InputForm.Json, """{"action":"terminate","time":"2026-01-01T00:02:00Z"}""", body => Aws("instance-action", body));
        yield return Target("notice-aws-maintenance", InputForm.Json, """[{"NotBefore":"1 Jan 2026 00:30:00 GMT","Code":"system-reboot","Description":"d","EventId":"instance-event-1","NotAfter":"1 Jan 2026 01:00:00 GMT","State":"active"}]""", body => Aws("scheduled", body));
        yield return Target("notice-aws-recommendation", InputForm.Json, """{"noticeTime":"2026-01-01T00:00:00Z"}""", body => Aws("rebalance", body));
        yield return Target("notice-azure", InputForm.Json, """{"DocumentIncarnation":1,"Events":[{"EventId":"e1","EventType":"Preempt","ResourceType":"VirtualMachine","Resources":["machine"],"EventStatus":"Scheduled","NotBefore":"Thu, 01 Jan 2026 00:00:30 GMT","Description":"","EventSource":"Platform","DurationInSeconds":-1}]}""", Azure);
        yield return Target("notice-gcp", InputForm.Text, "TRUE", Gcp);
        yield return new FuzzTarget("notice-header", InputForm.Text, [.. new[] { "application/json; charset=utf-8", "text/plain", "application/json;charset=\"utf-16\"" }.Select(Encoding.UTF8.GetBytes)],
            input => Read(new Ec2Notices(new Imds(Client(_ => ("{}"u8.ToArray(), Encoding.UTF8.GetString(input)))), Clock)), typeof(MetadataUnavailableException)) { BytesPerByte = 1000 };
    }

    private static FuzzTarget Target(string name, InputForm form, string seed, Action<byte[]> read) => new(name, form, [Encoding.UTF8.GetBytes(seed)], read, typeof(MetadataUnavailableException)) { BytesPerByte = 1000 };

    private static void Aws(string path, byte[] body) => Read(new Ec2Notices(new Imds(Client(url => (url.EndsWith("token", StringComparison.Ordinal) ? "t"u8.ToArray() : url.EndsWith(path, StringComparison.Ordinal) ? body : null, Json))), Clock));

    private static void Azure(byte[] body) => Read(new AzureNotices(Client(url => (url.Contains("scheduledevents", StringComparison.Ordinal) ? body : "machine"u8.ToArray(), Json)), Clock));

    private static void Gcp(byte[] body) => Read(new GceNotices(Client(_ => (body, "text/plain")), Clock));

    private static void Read(INoticeSource source)
    {
        var reading = source.ReadAsync(CancellationToken.None).GetAwaiter().GetResult();
        if (reading.Broken.Concat(reading.Unanswered).FirstOrDefault(each => each.Any(char.IsControl)) is { } raw) { throw new BrokenRuleException($"'{raw}' goes to a log as it came"); }
        _ = reading.End?.ToString();
    }

    private static MetadataClient Client(Func<string, (byte[]? Body, string Type)> answer) => new(new HttpClient(new Service(answer)) { BaseAddress = new Uri("http://169.254.169.254/") }, Clock);

    private sealed class Service(Func<string, (byte[]? Body, string Type)> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var (body, type) = answer(request.RequestUri!.GetLeftPart(UriPartial.Path));
            var response = new HttpResponseMessage(body is null ? HttpStatusCode.NotFound : HttpStatusCode.OK) { Content = new ByteArrayContent(body ?? []) };
            response.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            response.Headers.Add(GceNotices.FlavorHeader, GceNotices.Flavor);
            return Task.FromResult(response);
        }
    }

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    }
}
