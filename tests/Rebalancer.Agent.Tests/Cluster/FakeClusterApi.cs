using k8s.Models;
using Rebalancer.Agent.Cluster;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Tests.Cluster;

/// <summary>An API server of one Migration in memory, whose answers may be made to fail.</summary>
internal sealed class FakeClusterApi : IClusterApi
{
    private readonly Lock gate = new();
    private int version;

    public HashSet<string> Nodes { get; init; } = [];
    public Migration? Migration { get; set; }
    public V1Pod? Pod { get; init; }
    /// <summary>Called before each write or read of the Migration; may throw.</summary>
    public Action<string> Before { get; set; } = _ => { };
    /// <summary>Called after a decision was taken over; may throw: the answer is lost, the decision is not.</summary>
    public Action<string> After { get; set; } = _ => { };
    public List<string> Wishes { get; } = [];
    public List<object> Parts { get; } = [];
    /// <summary>The state that each of the parts was to take the place of.</summary>
    public List<string?> Replaced { get; } = [];

    public Task<Migration?> ReadMigrationAsync(string @namespace, string name, CancellationToken cancellation)
    {
        Before("read");
        lock (gate) { return Task.FromResult(Migration is null ? null : Copy()); }
    }

    public Task WritePartAsync(Migration migration, string part, string? state, object value, CancellationToken cancellation)
    {
        Before(part);
        lock (gate)
        {
            Replaced.Add(state);
            Parts.Add(value);
        }
        return Task.CompletedTask;
    }

    public Task<Migration?> DecideAsync(Migration migration, string decision, string? reason, string? message, CancellationToken cancellation)
    {
        lock (gate) { Wishes.Add(decision); }
        Before(decision);
        lock (gate)
        {
            if (Migration is null || Migration.Status.Decision != Decision.None) { return Task.FromResult<Migration?>(null); }
            (Migration.Status.Decision, Migration.Status.Reason, Migration.Status.Message) = (decision, reason, message);
        }
        After(decision);
        lock (gate) { return Task.FromResult<Migration?>(Copy()); }
    }

    public Task<V1Pod?> ReadPodAsync(string @namespace, string name, CancellationToken cancellation) => Task.FromResult(Pod);

    public Task DeletePodAsync(string @namespace, string name, string uid, int graceSeconds, CancellationToken cancellation) => Task.CompletedTask;

    public Task<V1Node?> ReadNodeAsync(string name, CancellationToken cancellation) =>
        Task.FromResult(Nodes.Contains(name) ? new V1Node { Metadata = new V1ObjectMeta { Name = name } } : null);

    public Task AnnotateNodeAsync(string name, string annotation, string value, CancellationToken cancellation) => Task.CompletedTask;

    private Migration Copy() => new()
    {
        Metadata = new V1ObjectMeta { Name = Migration!.Metadata.Name, NamespaceProperty = Migration.Metadata.NamespaceProperty, Uid = Migration.Metadata.Uid, ResourceVersion = $"{++version}" },
        Spec = Migration.Spec,
        Status = new MigrationStatus { SourceNode = Migration.Status.SourceNode, TargetNode = Migration.Status.TargetNode, Claim = Migration.Status.Claim, Source = Migration.Status.Source, Decision = Migration.Status.Decision, Reason = Migration.Status.Reason, Message = Migration.Status.Message },
    };
}
