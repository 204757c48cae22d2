using Grpc.Core;
using k8s.Models;
using Rebalancer.Lab.Kubelet.Pods;
using Rebalancer.Lab.Kubelet.Probes;

namespace Rebalancer.Lab.Kubelet.Containers;

/// <summary>postStart and preStop.</summary>
internal sealed class LifecycleHooks(PodRuntime runtime, HttpProbe http, TimeProvider time)
{
    /// <exception cref="KubeletException">The hook failed or did not end before the deadline.</exception>
    public async Task RunAsync(string containerId, V1LifecycleHandler hook, string? podAddress, DateTime deadlineUtc, CancellationToken cancel)
    {
        var left = deadlineUtc - time.GetUtcNow().UtcDateTime;
        if (hook.Exec is { } exec)
        {
            await ExecAsync(containerId, exec, left, cancel);
        }
        else if (hook.HttpGet is { } get)
        {
            var outcome = await http.ProbeAsync(get, podAddress, [], left, cancel);
            if (!outcome.IsSuccess)
            {
                throw new KubeletException("HookFailed", outcome.Message);
            }
        }
        else if (hook.Sleep is { } sleep)
        {
            await Task.Delay(TimeSpan.FromSeconds(Math.Min(sleep.Seconds, Math.Max(0, left.TotalSeconds))), time, cancel);
        }
    }

    private async Task ExecAsync(string containerId, V1ExecAction exec, TimeSpan left, CancellationToken cancel)
    {
        try
        {
            var reply = await runtime.ExecAsync(containerId, exec.Command, Math.Max(1, (int)left.TotalSeconds), cancel);
            if (reply.ExitCode != 0)
            {
                throw new KubeletException("HookFailed", $"'{string.Join(' ', exec.Command)}' exited with {reply.ExitCode}: {reply.Stderr.ToStringUtf8().Trim()}");
            }
        }
        catch (RpcException error) when (!cancel.IsCancellationRequested)
        {
            throw new KubeletException("HookFailed", error.Status.Detail, error);
        }
    }
}
