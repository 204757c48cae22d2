using System.Net;
using k8s;
using k8s.Models;

namespace Rebalancer.Lab.Moves;

/// <summary>Pods as a user of the API sees them.</summary>
internal sealed class PodApi(IKubernetes kubernetes, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>Pods labelled app=<paramref name="app"/> that are not being deleted.</summary>
    public async Task<IReadOnlyList<V1Pod>> ListAsync(string app, string @namespace, CancellationToken cancel)
    {
        var list = await kubernetes.CoreV1.ListNamespacedPodAsync(@namespace, labelSelector: $"app={app}", cancellationToken: cancel);
        return [.. list.Items.Where(pod => pod.Metadata.DeletionTimestamp is null)];
    }

    /// <summary>The only pod of an app once it is Ready and has an address.</summary>
    /// <exception cref="TimeoutException">Not within the limit; the message lists what there is.</exception>
    public async Task<V1Pod> WaitReadyAsync(string app, string @namespace, TimeSpan limit, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var pods = await ListAsync(app, @namespace, cancel);
            if (pods is [var pod] && IsReady(pod))
            {
                return pod;
            }

            if (time.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException($"app {app} has no single ready pod after {limit.TotalSeconds:0} s: {string.Join("; ", pods.Select(Describe))}");
            }

            await Task.Delay(Look, time, cancel);
        }
    }

    public static IPAddress Address(V1Pod pod) => IPAddress.Parse(pod.Status.PodIP);

    private static bool IsReady(V1Pod pod) => pod.Status?.PodIP is { Length: > 0 }
        && pod.Status.Conditions?.Any(condition => condition is { Type: "Ready", Status: "True" }) == true;

    private static string Describe(V1Pod pod)
    {
        var state = pod.Status?.ContainerStatuses?.FirstOrDefault()?.State;
        return $"{pod.Metadata.Name} on {pod.Spec.NodeName ?? "no node"}: {pod.Status?.Phase}, address {pod.Status?.PodIP ?? "none"}, "
            + $"waiting {state?.Waiting?.Reason} {state?.Waiting?.Message}, ended {state?.Terminated?.Reason} {state?.Terminated?.Message}";
    }
}
