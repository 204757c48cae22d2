using Rebalancer.Agent.Local;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Checkpoint;

/// <summary>The page server of one restore: a program of its own, since the restored processes need it for longer than this agent may live.</summary>
internal sealed class PageServerProcess
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(2);
    private readonly Child child;

    private PageServerProcess(Child child) => this.child = child;

    public string Errors => child.Errors;

    /// <param name="images">CRIU's images of the container.</param>
    /// <param name="store">Folder with its pages.</param>
    /// <param name="work">CRIU's work folder of this restore.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="MoveException">It does not come up: nothing may be restored without it.</exception>
    public static async Task<PageServerProcess> StartAsync(string images, string store, string work, CancellationToken cancellation)
    {
        var child = Child.Start(NodePaths.RuncWrapper, ["pages", "--images", images, "--store", store, "--work", work]);
        try
        {
            if (await child.Process.StandardOutput.ReadLineAsync(cancellation).AsTask().WaitAsync(ReadyLimit, cancellation) == "ready") { return new PageServerProcess(child); }
            throw new MoveException(Reasons.RestoreFailed, $"the page server did not start: {child.Errors}");
        }
        catch (TimeoutException)
        {
            child.Dispose();
            throw new MoveException(Reasons.RestoreFailed, $"the page server was not ready within {ReadyLimit.TotalSeconds} s");
        }
        catch
        {
            child.Dispose();
            throw;
        }
    }

    /// <returns>0: every process has all of its memory.</returns>
    public Task<int> WaitAsync(CancellationToken cancellation) => child.WaitAsync(cancellation);
}
