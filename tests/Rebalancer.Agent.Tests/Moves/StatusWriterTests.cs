using System.Net;
using System.Text.Json;
using k8s.Autorest;
using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Rebalancer.Agent.Moves;
using Rebalancer.Agent.Tests.Cluster;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Moves;

public sealed class StatusWriterTests
{
    [Fact]
    public async Task Post_ReportLeavesSomethingOut_ItStaysAsItWasAlsoFromAnEarlierAgent()
    {
        var api = new FakeClusterApi { Migration = Of("uid") };
        var migration = Of("uid");
        migration.Status.Source = new SourceStatus { State = SourceState.Ready, MemoryBytes = 7 };
        var writer = Writer(api, migration);

        writer.Post(new SourceStatus { State = SourceState.Copied, Address = "10.0.0.1/16" });
        writer.Post(new SourceStatus { State = SourceState.Frozen });
        writer.Complete();
        await writer.RunAsync(default);

        var written = Assert.IsType<JsonElement>(Assert.Single(api.Parts));
        Assert.Equal([SourceState.Ready], api.Replaced);
        Assert.Equal((SourceState.Frozen, "10.0.0.1/16", 7), (written.GetProperty("state").GetString(), written.GetProperty("address").GetString(), written.GetProperty("memoryBytes").GetInt64()));
    }

    /// <summary>An agent that has died since may have a write under way for seconds.</summary>
    [Fact]
    public async Task RunAsync_PartIsNotAsItWasLeft_IsReadAndReplacedAsItIs()
    {
        var now = Of("uid");
        now.Status.Source = new SourceStatus { State = SourceState.Frozen };
        var (api, tries) = (new FakeClusterApi { Migration = now }, 0);
        api.Before = what => { if (what == "source" && ++tries == 1) { throw Refused(); } };
        var clock = new FakeTimeProvider();
        var writer = new StatusWriter(api, Of("uid"), "source", clock, new Random(1), NullLogger.Instance);

        writer.Post(new SourceStatus { State = SourceState.Released });
        writer.Complete();
        var running = writer.RunAsync(default);
        while (!running.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        await running;

        Assert.Equal([SourceState.Frozen], api.Replaced);
    }

    /// <summary>The Migration was deleted, and somebody made another under its name: what happened to the first one says nothing of the second.</summary>
    [Fact]
    public async Task RunAsync_AnotherMigrationHasTheName_EndsWithoutHavingWritten()
    {
        var api = new FakeClusterApi { Migration = Of("uid-another") };
        api.Before = what => { if (what == "source") { throw Refused(); } };
        var writer = Writer(api, Of("uid"));

        writer.Post(new SourceStatus { State = SourceState.Thawed });
        writer.Complete();
        await writer.RunAsync(default).WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Empty(api.Parts);
    }

    private static StatusWriter Writer(FakeClusterApi api, Migration migration) => new(api, migration, "source", new FakeTimeProvider(), new Random(1), NullLogger.Instance);

    private static Migration Of(string uid) => new() { Metadata = new V1ObjectMeta { Name = "move", NamespaceProperty = "default", Uid = uid } };

    private static HttpOperationException Refused()
    {
        using var response = new HttpResponseMessage(HttpStatusCode.UnprocessableEntity);
        return new HttpOperationException { Response = new HttpResponseMessageWrapper(response, "") };
    }
}
