using System.Globalization;
using k8s.Models;
using Rebalancer.Descheduler.Interruptions;
using Rebalancer.Descheduler.Migrations;
using Rebalancer.Descheduler.Tests.World;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.Interruptions;

/// <summary>Nodes that are announced to go, with their pods, and a clock: what is planned at each instant.</summary>
internal sealed class DoomedNodes
{
    public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly Dictionary<string, V1Node> nodes = [];
    private readonly List<V1Pod> pods = [];

    public DateTimeOffset Now { get; set; } = Start;

    public List<Migration> Migrations { get; } = [];

    public MoveLimits Limits { get; set; } = new();

    public V1Node Node(string name, double? endsAfterSeconds, string zone = "a")
    {
        var node = Builders.Node(name);
        node.Metadata.Labels[Names.InstanceType] = "m5.large";
        node.Metadata.Labels[Names.Zone] = zone;
        nodes[name] = node;
        if (endsAfterSeconds is { } seconds)
        {
            Announce(name, Now.AddSeconds(seconds));
        }

        return node;
    }

    public void Announce(string name, DateTimeOffset? end)
    {
        nodes[name].Metadata.Annotations.Remove(Names.TerminatesAt);
        if (end is { } at)
        {
            nodes[name].Metadata.Annotations[Names.TerminatesAt] = at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        }
    }

    public V1Pod Pod(string name, string node, int priority = 0, string memory = "128Mi", bool isOwned = true)
    {
        var pod = Builders.Pod(name, node);
        pod.Metadata.Uid = "uid-" + name;
        pod.Metadata.OwnerReferences = isOwned ? [new V1OwnerReference { Kind = "ReplicaSet", Name = "rs-" + name, Uid = "rs-" + name, Controller = true }] : null;
        pod.Spec.Priority = priority;
        pod.Spec.Containers[0].Resources.Requests["memory"] = new ResourceQuantity(memory);
        pod.Status = new V1PodStatus { Phase = "Running" };
        pods.Add(pod);
        return pod;
    }

    /// <summary>A move under way that is none of the evacuation's.</summary>
    public Migration Moving(V1Pod pod, string reason, string phase, DateTimeOffset? deadline = null)
    {
        var migration = new Migration
        {
            Metadata = new V1ObjectMeta { Name = "other-" + pod.Metadata.Name, NamespaceProperty = ControllerWorld.Ns },
            Spec = new MigrationSpec { PodName = pod.Metadata.Name, PodUID = pod.Metadata.Uid, Reason = reason, Deadline = deadline },
            Status = new MigrationStatus { Phase = phase, PodUID = pod.Metadata.Uid, SourceNode = pod.Spec.NodeName, TargetNode = "elsewhere", StartedAt = Now },
        };
        Migrations.Add(migration);
        return migration;
    }

    public EvacuationView View => new(nodes.Values, pods, Migrations, Limits, Now);

    public EvacuationPlan Plan() => Evacuation.Plan(View);

    /// <summary>Plans, and has what is planned begun, as the controller does.</summary>
    public EvacuationPlan Step()
    {
        var plan = Plan();
        foreach (var made in plan.Create)
        {
            var pod = pods.Single(p => p.Metadata.Uid == made.Spec.PodUID);
            made.Metadata.CreationTimestamp = Now.UtcDateTime;
            made.Status = new MigrationStatus { Phase = Phases.PreCopying, PodUID = made.Spec.PodUID, SourceNode = pod.Spec.NodeName, TargetNode = "elsewhere", StartedAt = Now };
            Migrations.Add(made);
        }

        return plan;
    }

    /// <summary>Ends a move; a pod that has left is no longer on its node.</summary>
    public void End(Migration migration, string phase, string? reason = null)
    {
        (migration.Status.Phase, migration.Status.Reason, migration.Status.CompletedAt) = (phase, reason, Now);
        if (phase == Phases.Succeeded)
        {
            pods.RemoveAll(p => p.Metadata.Uid == migration.Spec.PodUID);
        }
    }

    /// <summary>Runs the clock in steps of a second; every move ends as long after its beginning as planned for it.</summary>
    /// <returns>Names of the pods that left, and of those that were evicted, in that order.</returns>
    public (List<string> Moved, List<string> Evicted) Run(TimeSpan until, Func<Migration, TimeSpan> takes)
    {
        List<string> moved = [];
        List<string> evicted = [];
        for (; Now < Start + until; Now = Now.AddSeconds(1))
        {
            foreach (var open in Migrations.Where(m => !Phases.IsFinal(m.Status.Phase) && Now >= m.Status.StartedAt + takes(m)).ToList())
            {
                moved.Add(open.Spec.PodName);
                End(open, Phases.Succeeded);
            }

            foreach (var late in Migrations.Where(m => !Phases.IsFinal(m.Status.Phase) && Now >= m.Spec.Deadline).ToList())
            {
                End(late, Phases.RolledBack, Reasons.DeadlineExceeded);
            }

            foreach (var (pod, _) in Step().Evict)
            {
                evicted.Add(pod.Metadata.Name);
                pods.Remove(pod);
            }
        }

        return (moved, evicted);
    }
}
