using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers.StatefulSets;

/// <summary>
/// What to do next with the pods of a StatefulSet, after updateStatefulSet of Kubernetes 1.36. OrderedReady does one thing at a time and waits for
/// every lower ordinal to be ready; Parallel makes and deletes at once. Both replace pods of old revisions one after another, the highest ordinal first.
/// </summary>
internal static class SetStep
{
    /// <param name="Create">Ordinal of a pod to make.</param>
    /// <param name="Delete">Pod to delete.</param>
    /// <param name="Name">Pod to give its identifying labels back.</param>
    public readonly record struct Action(int? Create = null, StoredObject? Delete = null, StoredObject? Name = null);

    /// <param name="newest">Name of the revision that pods should have.</param>
    public static IReadOnlyList<Action> Next(StoredObject set, SetPods pods, string newest)
    {
        var isOrdered = set.Root.Text("spec", "podManagementPolicy") != "Parallel";
        var actions = new List<Action>();
        var mayGoOn = Fill(pods, isOrdered, actions) && Shrink(pods, isOrdered, actions);
        if (mayGoOn && set.Root.Text("spec", "updateStrategy", "type") != "OnDelete")
        {
            Update(set, pods, newest, actions);
        }

        return actions;
    }

    /// <returns>Whether surplus pods and old revisions may be looked at.</returns>
    private static bool Fill(SetPods pods, bool isOrdered, List<Action> actions)
    {
        foreach (var (ordinal, pod) in pods.Wanted)
        {
            if (pod is null)
            {
                actions.Add(new(Create: ordinal));
            }
            else if (pod.Root.Text("status", "phase") is "Failed" or "Succeeded")
            {
                // Its successor is made once it is gone.
                actions.AddRange(pod.IsDeleting ? [] : [new Action(Delete: pod)]);
            }
            else if (isOrdered && (pod.IsDeleting || !SetPods.IsReady(pod)))
            {
                return false;
            }
            else if (!StatefulPods.HasIdentity(pod))
            {
                actions.Add(new(Name: pod));
                continue;
            }
            else
            {
                continue;
            }

            if (isOrdered)
            {
                return false;
            }
        }

        return true;
    }

    private static bool Shrink(SetPods pods, bool isOrdered, List<Action> actions)
    {
        var first = pods.FirstUnavailable();
        foreach (var pod in pods.Surplus)
        {
            var mustWait = pod.IsDeleting || (!SetPods.IsReady(pod) && pod.Uid != first?.Uid);
            if (isOrdered && mustWait)
            {
                return false;
            }

            if (!pod.IsDeleting)
            {
                actions.Add(new(Delete: pod));
            }

            if (isOrdered)
            {
                return false;
            }
        }

        return true;
    }

    private static void Update(StoredObject set, SetPods pods, string newest, List<Action> actions)
    {
        var partition = (int)(set.Root.Number("spec", "updateStrategy", "rollingUpdate", "partition") ?? 0);
        foreach (var (_, pod) in pods.Wanted.Skip(partition).Reverse())
        {
            if (pod is { IsDeleting: false } && StatefulPods.RevisionOf(pod) != newest)
            {
                actions.Add(new(Delete: pod));
                return;
            }

            if (SetPods.IsUnavailable(pod))
            {
                return;
            }
        }
    }
}
