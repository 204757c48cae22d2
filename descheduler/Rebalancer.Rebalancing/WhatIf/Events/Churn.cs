using System.Collections.Immutable;
using Rebalancer.Model;

namespace Rebalancer.Rebalancing.WhatIf.Events;

/// <summary>A pod comes or goes.</summary>
/// <param name="Number">Of the pod: those that are there at the start have their place in the list, others follow.</param>
/// <param name="Template">The place in the list of the pod that one that comes is a copy of; null: it goes.</param>
internal readonly record struct ChurnEvent(DateTimeOffset At, int Number, int? Template);

/// <summary>
/// Pods that come and go by themselves, the same in every world. Both are Poisson processes: pods go at random, and copies of random pods come at the rate that keeps their number
/// the same in the mean. More come in the morning and more go in the evening, so that with a fifth of the pods going in a day there are about 13 % more at 15:00 UTC than at 3:00.
/// Pods with a volume of their own, and those that belong to their node, neither come nor go.
/// </summary>
internal static class Churn
{
    private const double HoursPerDay = 24;
    private const double MostComeAt = 9;
    private const double MostGoAt = 21;

    /// <summary>Of a rate that goes up and down by its own mean.</summary>
    private const double Peak = 2;

    public static ImmutableArray<ChurnEvent> Of(IReadOnlyList<PodInfo> pods, SimulationOptions options)
    {
        var alive = Enumerable.Range(0, pods.Count).Where(i => MayGo(pods[i])).Select(i => (Number: i, Template: i)).ToList();
        var templates = alive.ConvertAll(p => p.Template);
        if (alive.Count == 0 || options.ChurnPerDay <= 0)
        {
            return [];
        }

        var random = new Random(options.Seed);
        var events = ImmutableArray.CreateBuilder<ChurnEvent>();
        var next = pods.Count;
        var perHour = options.ChurnPerDay / HoursPerDay;
        for (var hours = 0.0; ;)
        {
            // The rate at its highest, of which each event keeps the share that its hour has.
            var (come, go) = (templates.Count * perHour * Peak, alive.Count * perHour * Peak);
            hours += -Math.Log(1 - random.NextDouble()) / (come + go);
            if (hours >= options.Days * HoursPerDay)
            {
                return events.ToImmutable();
            }

            var at = options.Start.AddHours(hours);
            var comes = random.NextDouble() * (come + go) < come;
            if (random.NextDouble() * Peak >= Share(at, comes ? MostComeAt : MostGoAt))
            {
                continue;
            }

            if (comes)
            {
                var template = templates[random.Next(templates.Count)];
                events.Add(new ChurnEvent(at, next, template));
                alive.Add((next++, template));
            }
            else if (alive.Count > 0)
            {
                var i = random.Next(alive.Count);
                events.Add(new ChurnEvent(at, alive[i].Number, null));
                alive[i] = alive[^1];
                alive.RemoveAt(alive.Count - 1);
            }
        }
    }

    private static bool MayGo(PodInfo pod) => pod.Claims.IsEmpty && pod.Owner?.Kind != "DaemonSet" && !pod.Shape.Mirror && pod.NodeName.Length > 0;

    private static double Share(DateTimeOffset at, double mostAt) => 1 + Math.Cos(2 * Math.PI * (at.UtcDateTime.TimeOfDay.TotalHours - mostAt) / HoursPerDay);
}
