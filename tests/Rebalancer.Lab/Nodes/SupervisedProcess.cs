using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Nodes;

/// <summary>A program that is started again when it ends, as a DaemonSet's or a Deployment's pod would be.</summary>
public sealed class SupervisedProcess : IAsyncDisposable
{
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);

    private readonly Func<NodeProcess> start;
    private readonly TimeProvider time;
    private readonly Func<CancellationToken, Task> ready;
    private CancellationTokenSource? supervision;
    private Task supervising = Task.CompletedTask;

    /// <param name="start">Starts the program once.</param>
    /// <param name="ready">Returns when the program that was just started can be used.</param>
    internal SupervisedProcess(Func<NodeProcess> start, Func<CancellationToken, Task> ready, TimeProvider time)
    {
        this.start = start;
        this.ready = ready;
        this.time = time;
        Current = start();
        Supervise();
    }

    public NodeProcess Current { get; private set; }

    /// <summary>How often it was started again.</summary>
    public int Restarts { get; private set; }

    public Task WaitReadyAsync(CancellationToken cancel) => ready(cancel);

    /// <summary>SIGKILL; it is started again a second later.</summary>
    public Task KillAsync(CancellationToken cancel) => Current.KillAsync(cancel);

    /// <summary>SIGTERM, as kubelet sends it when a DaemonSet is updated; it is started again a second after its end, which is waited for.</summary>
    /// <returns>How it ended.</returns>
    public async Task<int> StopAsync(CancellationToken cancel)
    {
        var told = Current;
        told.Signal(ProcessTree.SigTerm);
        await told.Exited.WaitAsync(cancel);
        return told.ExitCode;
    }

    /// <summary>SIGKILL, and it stays down until <see cref="Start"/>.</summary>
    public async Task KillAndKeepDownAsync(CancellationToken cancel)
    {
        await EndSupervisionAsync();
        await Current.KillAsync(cancel);
    }

    /// <summary>Starts it again after <see cref="KillAndKeepDownAsync"/>.</summary>
    public void Start()
    {
        if (supervision is null)
        {
            Current = start();
            Supervise();
        }
    }

    public async ValueTask DisposeAsync() => await KillAndKeepDownAsync(CancellationToken.None);

    private void Supervise()
    {
        supervision = new CancellationTokenSource();
        supervising = RestartAsync(supervision.Token);
    }

    private async Task EndSupervisionAsync()
    {
        if (supervision is not null)
        {
            await supervision.CancelAsync();
            await supervising.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            supervision.Dispose();
            supervision = null;
        }
    }

    private async Task RestartAsync(CancellationToken cancel)
    {
        while (true)
        {
            await Current.Exited.WaitAsync(cancel);
            await Task.Delay(RestartDelay, time, cancel);
            Current = start();
            Restarts++;
        }
    }
}
