using System.Globalization;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Checkpoint;

/// <summary>A process that lives as long as the freeze: if this agent dies before the commit marker is written, it lets the pod run again within a second.</summary>
internal sealed class Guard : IDisposable
{
    private readonly Child child;

    private Guard(Child child) => this.child = child;

    public int Pid => child.Process.Id;

    /// <exception cref="MoveException">It does not come up: nothing may be frozen without it.</exception>
    public static async Task<Guard> StartAsync(SourceFacts facts, string marker, CancellationToken cancellation)
    {
        var pid = facts.Containers[0].InitPid.ToString(CultureInfo.InvariantCulture);
        var cgroups = facts.Containers.SelectMany(container => new[] { "--cgroup", container.CgroupPath });
        string[] arguments = ["guard", "--netns", $"/proc/{pid}/ns/net", "--marker", marker, "--pid", pid, .. cgroups];
        return new Guard(await Child.StartHelperAsync(arguments, $"the guard of containers {facts.Names}", Reasons.CheckpointFailed, cancellation));
    }

    /// <summary>The outcome is settled: it ends without touching anything.</summary>
    public void Done()
    {
        try
        {
            child.Process.StandardInput.Write("done\n");
            child.Process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended by itself, and will do nothing.
        }
    }

    public void Dispose() => child.Process.Dispose();
}
