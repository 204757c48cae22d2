using System.Globalization;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.Rebalancing.Running;

namespace Rebalancer.Rebalancing.Tests;

/// <summary>A plan of some moves, and a world to look at it in.</summary>
internal sealed class Given
{
    public static readonly DateTimeOffset Made = DateTimeOffset.Parse("2026-11-27T02:00:00Z", CultureInfo.InvariantCulture);

    public Given(params string[] moves)
    {
        Plan = new RebalancePlan
        {
            Metadata = new V1ObjectMeta { Name = "night-1", Uid = "u", Generation = 1, CreationTimestamp = Made.UtcDateTime },
            Spec = new RebalancePlanSpec
            {
                PolicyName = "night",
                PolicyGeneration = 1,
                Verdict = PlanVerdicts.Act,
                Reason = "saves",
                Moves = [.. moves.Select(Move)],
            },
        };
        Plan.Spec.FreedNodes = [.. Plan.Spec.Moves.Select(m => m.SourceNode).Distinct().Select(n => new PlanFreedNode { Name = n })];
    }

    public RebalancePlan Plan { get; }
    public Dictionary<int, Migration> Migrations { get; } = [];
    public HashSet<int> GonePods { get; } = [];
    public HashSet<int> TerminatingPods { get; } = [];
    public RebalanceRules Rules { get; set; } = new() { Mode = RebalanceMode.Auto };
    public DateTimeOffset Now { get; set; } = Made.AddMinutes(1);
    public string? Objection { get; set; }
    public Dictionary<int, string> Arrived { get; } = [];
    public int Asked { get; private set; }

    public PlanView View => new()
    {
        Plan = Plan,
        Now = Now,
        Rules = Rules,
        PolicyGeneration = 1,
        Nodes = 10,
        Pods = 100,
        Migration = i => Migrations.GetValueOrDefault(i),
        Pod = m => Plan.Spec.Moves.IndexOf(m) is var i && GonePods.Contains(i) ? null
            : new PodInfo { Namespace = m.Namespace, Name = m.Pod, Uid = m.PodUID, NodeName = m.SourceNode, Phase = "Running", Terminating = TerminatingPods.Contains(i) },
        ArrivedNode = i => Arrived.GetValueOrDefault(i),
        Objection = () =>
        {
            Asked++;
            return Objection;
        },
    };

    /// <summary>What the look says becomes the plan's status, and moves that begin get their Migrations.</summary>
    public PlanStep Look(Func<PlanView, PlanView>? with = null)
    {
        var step = PlanMachine.Next(with is null ? View : with(View));
        Plan.Status = step.Status;
        foreach (var number in step.Begin.Where(n => !Plan.Spec.Moves[n].IsEviction))
        {
            Migrations[number] = PlanMigrations.Of(Plan, number, Rules.Plan);
        }

        return step;
    }

    /// <summary>It runs, and the first moves have begun.</summary>
    public PlanStep Run()
    {
        Look();
        Assert.Equal(PlanPhases.Running, Plan.Status.Phase);
        return Look();
    }

    public void End(int move, string phase, string? reason = null) => Migrations[move].Status = new MigrationStatus { Phase = phase, Reason = reason, CompletedAt = Now };

    public string ResultOf(int move) => Plan.Status.Moves?.FirstOrDefault(m => m.Pod == Plan.Spec.Moves[move].Pod)?.Result ?? "";

    /// <param name="text">"WAVE POD SOURCE TARGET", and "evict" where it does not move live.</param>
    private static PlanMove Move(string text)
    {
        var parts = text.Split(' ');
        return new PlanMove
        {
            Wave = int.Parse(parts[0], CultureInfo.InvariantCulture), Namespace = "shop", Pod = parts[1], PodUID = "uid-" + parts[1], SourceNode = parts[2], TargetNode = parts[3], Reason = MoveReasons.Consolidation,
            Method = parts is [.., "evict"] ? MoveMethods.Evict : MoveMethods.Migrate,
        };
    }
}
