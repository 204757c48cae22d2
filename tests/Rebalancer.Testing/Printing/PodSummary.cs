using System.Text.Json;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Printing;

/// <summary>What kubectl says of a pod in one line. Follows printPod of Kubernetes 1.36.</summary>
/// <param name="LastRestart">When the last restarted container ended, as text; null when none did.</param>
internal sealed record PodSummary(int Ready, int Containers, string Reason, long Restarts, string? LastRestart)
{
    public static PodSummary Of(JsonElement pod)
    {
        var phase = pod.Text("status", "phase") ?? "";
        var reason = pod.Text("status", "reason") is { Length: > 0 } given ? given : phase;
        if (Conditions(pod).Any(c => c.Text("type") == "PodScheduled" && c.Text("reason") == "SchedulingGated"))
        {
            reason = "SchedulingGated";
        }

        var sidecars = pod.Items("spec", "initContainers").Where(c => c.Text("restartPolicy") == "Always").Select(c => c.Text("name")!).ToHashSet();
        var (initReason, readySidecars) = Initialization(pod, sidecars);
        var all = pod.Items("status", "initContainerStatuses").ToList();
        var isInitialized = initReason is null || Conditions(pod).Any(c => c.Text("type") == "Initialized" && c.Text("status") == "True");
        var counted = isInitialized ? [.. all.Where(s => sidecars.Contains(s.Text("name") ?? "")), .. pod.Items("status", "containerStatuses")] : all;
        var ready = readySidecars;
        if (isInitialized)
        {
            (reason, var readyContainers) = Started(pod, reason);
            ready += readyContainers;
        }
        else
        {
            reason = initReason!;
        }

        return new(
            ready,
            pod.Items("spec", "containers").Count() + sidecars.Count,
            Deleting(pod, phase) ?? reason,
            counted.Sum(s => s.Number("restartCount") ?? 0),
            counted.Select(s => s.Text("lastState", "terminated", "finishedAt")).Max());
    }

    private static string? Deleting(JsonElement pod, string phase)
    {
        if (pod.Text("metadata", "deletionTimestamp") is null)
        {
            return null;
        }

        return pod.Text("status", "reason") == "NodeLost" ? "Unknown" : phase is "Succeeded" or "Failed" ? null : "Terminating";
    }

    /// <returns>Why the pod is still initializing (null when it is not), and how many sidecars are ready.</returns>
    private static (string? Reason, int Ready) Initialization(JsonElement pod, HashSet<string> sidecars)
    {
        var ready = 0;
        var total = pod.Items("spec", "initContainers").Count();
        foreach (var (index, status) in pod.Items("status", "initContainerStatuses").Index())
        {
            var terminated = status.At("state", "terminated");
            if (terminated is { } ended && (ended.Number("exitCode") ?? 0) == 0)
            {
                continue;
            }

            if (sidecars.Contains(status.Text("name") ?? "") && status.Flag("started"))
            {
                ready += status.Flag("ready") ? 1 : 0;
                continue;
            }

            var waiting = status.Text("state", "waiting", "reason");
            return (terminated is { } failed ? $"Init:{Ended(failed)}" : waiting is { Length: > 0 } and not "PodInitializing" ? $"Init:{waiting}" : $"Init:{index}/{total}", ready);
        }

        return (null, ready);
    }

    private static (string Reason, int Ready) Started(JsonElement pod, string reason)
    {
        var (ready, hasRunning, error) = (0, false, "");
        foreach (var status in pod.Items("status", "containerStatuses").Reverse())
        {
            if (status.Text("state", "waiting", "reason") is { Length: > 0 } waiting)
            {
                reason = waiting;
            }
            else if (status.At("state", "terminated") is { } terminated)
            {
                reason = Ended(terminated);
                error = (terminated.Number("exitCode") ?? 0) != 0 ? reason : error;
            }
            else if (status.Flag("ready") && status.At("state", "running") is not null)
            {
                hasRunning = true;
                ready++;
            }
        }

        if (reason == "Completed")
        {
            var isReady = Conditions(pod).Any(c => c.Text("type") == "Ready" && c.Text("status") == "True");
            reason = hasRunning && isReady ? "Running" : error.Length > 0 ? error : hasRunning ? "NotReady" : reason;
        }

        return (reason, ready);
    }

    private static string Ended(JsonElement terminated) =>
        terminated.Text("reason") is { Length: > 0 } reason ? reason
        : terminated.Number("signal") is > 0 and var signal ? $"Signal:{signal}"
        : $"ExitCode:{terminated.Number("exitCode") ?? 0}";

    private static IEnumerable<JsonElement> Conditions(JsonElement pod) => pod.Items("status", "conditions");
}
