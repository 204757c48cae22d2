using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Checkpoint;

/// <summary>The page server of one restore: a program of its own, since the restored processes need it for longer than this agent may live.</summary>
internal sealed class PageServerProcess
{
    private readonly Child child;

    private PageServerProcess(Child child) => this.child = child;

    public string Errors => child.Errors;

    /// <param name="images">CRIU's images of the container.</param>
    /// <param name="store">Folder with its pages.</param>
    /// <param name="work">CRIU's work folder of this restore.</param>
    /// <param name="late">Path of the socket on which it is told of pages that come later.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="MoveException">It does not come up: nothing may be restored without it.</exception>
    public static async Task<PageServerProcess> StartAsync(string images, string store, string work, string late, CancellationToken cancellation) =>
        new(await Child.StartHelperAsync(["pages", "--images", images, "--store", store, "--work", work, "--late", late], "the page server", Reasons.RestoreFailed, cancellation));

    /// <returns>0: every process has all of its memory.</returns>
    public Task<int> WaitAsync(CancellationToken cancellation) => child.WaitAsync(cancellation);
}
