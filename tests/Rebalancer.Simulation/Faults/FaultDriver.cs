using System.Text.Json.Nodes;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Simulation.Cluster;
using Rebalancer.Simulation.Kernel;
using Rebalancer.Simulation.Nodes;
using Rebalancer.Testing.Resources;

namespace Rebalancer.Simulation.Faults;

/// <summary>What users ask for and what breaks, at instants that the seed draws.</summary>
internal sealed class FaultDriver(World world)
{
    private const int FewestNodes = 3;
    private static readonly TimeSpan MoveEvery = TimeSpan.FromSeconds(12);
    private int moves;
    private bool isOver;

    private Simulator Simulator => world.Simulator;

    public void Start()
    {
        Again(MoveEvery, Move);
        Again(world.Rates.EventEvery, Break);
    }

    /// <summary>Nothing new begins; what is broken is mended by what has been planned for that.</summary>
    public void End()
    {
        isOver = true;
        world.Rates.End();
    }

    private void Again(TimeSpan mean, Action what) => Simulator.After(mean * (0.2 + (1.6 * Simulator.Random.NextDouble())), () =>
    {
        if (!isOver)
        {
            what();
            Again(mean, what);
        }
    });

    private void Move()
    {
        var pods = Pods();
        if (pods.Count == 0)
        {
            return;
        }

        var pod = Simulator.Pick(pods);
        if (Simulator.Chance(0.3))
        {
            Evict(pod.Metadata.Name, tries: 30);
            return;
        }

        var target = Simulator.Chance(0.3) ? Simulator.Pick(Living()).Name : null;
        var reason = Simulator.Pick([MoveReasons.Manual, MoveReasons.Maintenance, MoveReasons.Interruption]);
        world.Ask("user", "POST", $"/apis/rebalancer.dev/v1alpha1/namespaces/{Workloads.Ns}/migrations", Workloads.Migration($"move-{moves++}", pod.Metadata.Name, target, reason));
    }

    /// <summary>As kubectl drain: asked again while it is told to wait.</summary>
    private void Evict(string pod, int tries)
    {
        world.Ask("user", "POST", $"/api/v1/namespaces/{Workloads.Ns}/pods/{pod}/eviction", Workloads.Eviction(pod));
        if (tries > 0 && !isOver)
        {
            Simulator.After(TimeSpan.FromSeconds(5), () =>
            {
                if (!isOver && Pods().Exists(p => p.Metadata.Name == pod))
                {
                    Evict(pod, tries - 1);
                }
            });
        }
    }

    private void Break()
    {
        switch (Simulator.Random.Next(20))
        {
            case 0 or 1 or 2 or 3 or 4: Crash(Simulator.Pick(Living())); break;
            case 5 or 6 or 7 when world.Replicas.Count > 0: world.KillReplica(Simulator.Pick(world.Replicas)); break;
            case 8 or 9: CutReplica(); break;
            case 10 or 11: CutNode(Simulator.Pick(Living())); break;
            case 12 or 13: CutLink(); break;
            case 14: Simulator.Pick(Living()).Reboot(); break;
            case 15: Lose(Simulator.Pick(Living())); break;
            case 16: Announce(Simulator.Pick(Living())); break;
            case 17: CrashPod(); break;
            case 18: Withdraw(); break;
            default: DeletePod(); break;
        }
    }

    private void Crash(SimulatedNode node)
    {
        node.KillAgent();
        Simulator.After(Simulator.Between(200, 10_000), node.StartAgent);
    }

    private void CutReplica()
    {
        if (world.Replicas.Count > 0)
        {
            var replica = Simulator.Pick(world.Replicas);
            world.Trace.Add(replica.Name, "is cut off");
            replica.IsCut = true;
            Simulator.After(Simulator.Between(500, 30_000), () => replica.IsCut = false);
        }
    }

    private void CutNode(SimulatedNode node)
    {
        world.Trace.Add(node.Name, "is cut off from the API server");
        node.IsCut = true;
        Simulator.After(Simulator.Between(200, 20_000), () => node.IsCut = false);
    }

    private void CutLink()
    {
        var (a, b) = (Simulator.Pick(Living()), Simulator.Pick(Living()));
        world.Trace.Add(a.Name, $"does not reach {b.Name}");
        world.Cut(a, b);
        Simulator.After(Simulator.Between(200, 20_000), () => world.Mend(a, b));
    }

    private void Lose(SimulatedNode node)
    {
        if (Living().Count > FewestNodes)
        {
            node.Lose();
            // An autoscaler takes the object with the machine; a machine that fails is noticed later.
            Simulator.After(Simulator.Chance(0.5) ? TimeSpan.Zero : Simulator.Between(5000, 40_000), () => world.Remove(node));
        }
    }

    /// <summary>A notice, and the machine's end when it said.</summary>
    private void Announce(SimulatedNode node)
    {
        var left = Simulator.Between(15_000, 120_000);
        var isTrue = Living().Count > FewestNodes;
        Annotate(node, (Simulator.GetUtcNow() + left).ToString("O", System.Globalization.CultureInfo.InvariantCulture));
        Simulator.After(left, () =>
        {
            if (isTrue && Living().Count > FewestNodes)
            {
                node.Lose();
                Simulator.After(Simulator.Between(1000, 10_000), () => world.Remove(node));
            }
            else
            {
                Annotate(node, null);
            }
        });
    }

    private void Annotate(SimulatedNode node, string? instant)
        => world.Ask("cloud", "PATCH", $"/api/v1/nodes/{node.Name}", new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [Names.TerminatesAt] = instant } } }, "application/merge-patch+json");

    private void CrashPod()
    {
        if (Living().SelectMany(n => n.Copies).Where(c => c.State == CopyState.Running).ToList() is { Count: > 0 } running)
        {
            Simulator.Pick(running).End(EndCause.Crash);
        }
    }

    /// <summary>Somebody does not want a move any more.</summary>
    private void Withdraw()
    {
        if (world.Migrations().Where(m => !Phases.IsFinal(m.Status.Phase)).ToList() is { Count: > 0 } open)
        {
            var path = $"/apis/rebalancer.dev/v1alpha1/namespaces/{Workloads.Ns}/migrations/{Simulator.Pick(open).Metadata.Name}";
            if (Simulator.Chance(0.5))
            {
                world.Ask("user", "DELETE", path, []);
            }
            else
            {
                world.Ask("user", "PATCH", path, new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [Names.Abort] = "true" } } }, "application/merge-patch+json");
            }
        }
    }

    private void DeletePod()
    {
        if (Pods() is { Count: > 0 } pods)
        {
            world.Ask("user", "DELETE", $"/api/v1/namespaces/{Workloads.Ns}/pods/{Simulator.Pick(pods).Metadata.Name}", []);
        }
    }

    private List<SimulatedNode> Living() => [.. world.Nodes.Where(n => !n.IsLost)];

    private List<V1Pod> Pods() => [.. world.Api.Store.List(Known.Pods).Objects.Values.Select(o => o.As<V1Pod>())];
}
