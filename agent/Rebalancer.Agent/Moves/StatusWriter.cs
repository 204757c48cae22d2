using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using k8s;
using k8s.Autorest;
using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Cluster;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>
/// Writes this agent's part of one Migration's status behind the move's back: the newest value wins, a failed write is tried again until it works or a newer one is
/// there. Each write says which state it replaces, so that one of an agent that has died since, however long it was under way, takes nothing back.
/// </summary>
internal sealed class StatusWriter(IClusterApi api, Migration migration, string part, TimeProvider clock, Random random, ILogger log)
{
    /// <summary>Few: one for each step, all taken before each try to write.</summary>
    private readonly Channel<object> posted = Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>With what an earlier agent wrote.</summary>
    private readonly JsonObject whole = JsonNode.Parse(KubernetesJson.Serialize(migration.Status))!.AsObject()[part] as JsonObject ?? [];

    /// <summary>That is written; null: no part is there.</summary>
    private string? state = StateOf(migration.Status, part);

    /// <summary>What it leaves out stays as it was. Costs a frozen pod no time: all work is done by <see cref="RunAsync"/>.</summary>
    public void Post(object value) => posted.Writer.TryWrite(value);

    /// <summary>No more values come: <see cref="RunAsync"/> ends when the last is written.</summary>
    public void Complete() => posted.Writer.TryComplete();

    public async Task RunAsync(CancellationToken cancellation)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5), random, clock);
        while (await posted.Reader.WaitToReadAsync(cancellation))
        {
            while (!await TryWriteAsync(TakePosted(), cancellation)) { await backoff.WaitAsync(cancellation); }
            backoff.Reset();
        }
    }

    private JsonElement TakePosted()
    {
        while (posted.Reader.TryRead(out var value)) { Merge(whole, JsonNode.Parse(KubernetesJson.Serialize(value))!.AsObject()); }
        return JsonElement.Parse(whole.ToJsonString());
    }

    private static void Merge(JsonObject whole, JsonObject value)
    {
        foreach (var (name, member) in value)
        {
            if (member is JsonObject inner && whole[name] is JsonObject known) { Merge(known, inner); }
            else { whole[name] = member?.DeepClone(); }
        }
    }

    private async Task<bool> TryWriteAsync(JsonElement value, CancellationToken cancellation)
    {
        try
        {
            await api.WritePartAsync(migration, part, state, value, cancellation);
            state = value.GetProperty("state").GetString();
            return true;
        }
        catch (HttpOperationException e) when (e.Response.StatusCode is HttpStatusCode.NotFound)
        {
            return true;
        }
        catch (Exception e) when (DecisionReader.IsTransient(e))
        {
            log.LogWarning("Status {Part} of migration {Name} is not written yet: {Cause}", part, migration.Metadata.Name, e.Message);
            return e is HttpOperationException { Response.StatusCode: HttpStatusCode.UnprocessableEntity } && await IsGoneAsync(cancellation);
        }
    }

    private static string? StateOf(MigrationStatus status, string part) => part == "source" ? status.Source?.State : status.Target?.State;

    /// <summary>One that was made anew under the name is another move's. Of the same one, the state is taken as it is now.</summary>
    private async Task<bool> IsGoneAsync(CancellationToken cancellation)
    {
        try
        {
            var now = await api.ReadMigrationAsync(migration.Metadata.NamespaceProperty, migration.Metadata.Name, cancellation);
            if (now?.Metadata.Uid != migration.Metadata.Uid) { return true; }
            state = StateOf(now.Status, part);
            return false;
        }
        catch (Exception e) when (DecisionReader.IsTransient(e))
        {
            return false;
        }
    }
}
