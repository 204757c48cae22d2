using System.Net;
using k8s;
using k8s.Autorest;
using k8s.Models;
using Rebalancer.Lab.Images;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Tests;

/// <summary>Pods of the default namespace, bound to a node by the test itself.</summary>
internal sealed class Pods(IKubernetes client)
{
    private const string Namespace = "default";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>A shell script under a shell that ends at SIGTERM.</summary>
    public static V1Pod Shell(string name, string node, string script) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = Namespace },
        Spec = new V1PodSpec
        {
            NodeName = node,
            TerminationGracePeriodSeconds = 5,
            Containers = [new V1Container { Name = "main", Image = LabImages.BusyBox, Command = ["/bin/sh", "-c", "trap 'exit 0' TERM; " + script] }],
        },
    };

    /// <summary>A script that stays until it is told to end.</summary>
    public const string Stay = "while :; do sleep 0.2 & wait $!; done";

    public Task<V1Pod> CreateAsync(V1Pod pod, CancellationToken cancel) => client.CoreV1.CreateNamespacedPodAsync(pod, Namespace, cancellationToken: cancel);

    public async Task<V1Pod> StartAsync(V1Pod pod, CancellationToken cancel)
    {
        await CreateAsync(pod, cancel);
        return await WaitAsync(pod.Name(), IsReady, "ready", cancel);
    }

    public async Task<V1Pod> WaitAsync(string name, Func<V1Pod, bool> condition, string what, CancellationToken cancel)
    {
        V1Pod? last = null;
        try
        {
            await Poll.UntilAsync(async () => (last = await FindAsync(name, cancel)) is not null && condition(last), Limit, $"pod {name} {what}", cancel);
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException($"{error.Message}; it is {(last is null ? "not there" : KubernetesJson.Serialize(last.Status))}", error);
        }

        return last!;
    }

    public async Task DeleteAsync(string name, CancellationToken cancel, int? graceSeconds = null)
    {
        await client.CoreV1.DeleteNamespacedPodAsync(name, Namespace, gracePeriodSeconds: graceSeconds, cancellationToken: cancel);
        await Poll.UntilAsync(async () => await FindAsync(name, cancel) is null, Limit, $"pod {name} gone", cancel);
    }

    public static bool IsReady(V1Pod pod) => pod.Status?.Conditions?.Any(condition => condition is { Type: "Ready", Status: "True" }) == true;

    public static V1ContainerStatus Only(V1Pod pod) => pod.Status.ContainerStatuses.Single();

    private async Task<V1Pod?> FindAsync(string name, CancellationToken cancel)
    {
        try
        {
            return await client.CoreV1.ReadNamespacedPodAsync(name, Namespace, cancellationToken: cancel);
        }
        catch (HttpOperationException error) when (error.Response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }
}
