using k8s.Autorest;
using k8s.LeaderElection;
using k8s.LeaderElection.ResourceLock;

namespace Rebalancer.Descheduler.Leases;

/// <summary>
/// Of several replicas one moves pods: the holder of the Lease. Its epoch, which only grows from one holder to the next, stands in every Migration that it
/// writes, and the API server refuses a smaller one: a leader that was cut off and does not know yet that it is none changes nothing. Who loses the
/// Lease ends its process; webhooks and caches of the others run on.
/// </summary>
internal sealed partial class Leadership(k8s.Kubernetes client, DeschedulerOptions options, IHostApplicationLifetime lifetime, ILogger<Leadership> logger) : BackgroundService
{
    public const string LeaseName = "rebalancer-descheduler";

    /// <summary>As Kubernetes' own controllers: a dead leader is followed within 15 s, and one that is cut off stops 5 s before that.</summary>
    private static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RenewDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource acquired = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource lost = new();
    private long epoch;

    /// <summary>Completes once this process leads.</summary>
    public Task Acquired => acquired.Task;

    /// <summary>Cancelled as soon as it leads no more.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Of this leader; 0: it has never led.</summary>
    public long Epoch => Volatile.Read(ref epoch);

    /// <summary>A Lease that was deleted counts from the beginning, and what its former holders wrote is still there.</summary>
    /// <param name="seen">The largest epoch in any object.</param>
    public void RaiseTo(long seen)
    {
        if (seen > Epoch)
        {
            Volatile.Write(ref epoch, seen);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var held = new LeaseLock(client, options.Namespace, LeaseName, $"{Environment.MachineName}_{Guid.NewGuid():N}");
        using var elector = new LeaderElector(new LeaderElectionConfig(held) { LeaseDuration = LeaseDuration, RenewDeadline = RenewDeadline, RetryPeriod = RetryPeriod });
        var leads = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        elector.OnStartedLeading += leads.SetResult;
        elector.OnStoppedLeading += lost.Cancel;
        elector.OnNewLeader += leader => Leads(logger, leader);
        try
        {
            var running = RunAsync(elector, stoppingToken);
            if (await Task.WhenAny(leads.Task, running) == leads.Task)
            {
                RaiseTo((await held.GetAsync(stoppingToken)).LeaderTransitions + 1);
                acquired.TrySetResult();
            }

            await running;
            Lose();
        }
        finally
        {
            await ReleaseAsync(held, elector);
        }
    }

    /// <summary>Until it has led and leads no more.</summary>
    private async Task RunAsync(LeaderElector elector, CancellationToken stoppingToken)
    {
        while (!lost.IsCancellationRequested)
        {
            try
            {
                await elector.RunUntilLeadershipLostAsync(stoppingToken);
            }
            catch (Exception e) when (e is HttpRequestException or HttpOperationException or IOException || (e is OperationCanceledException && !stoppingToken.IsCancellationRequested))
            {
                NotElected(logger, e.Message);
                await Task.Delay(RetryPeriod, stoppingToken);
            }
        }
    }

    private void Lose()
    {
        LeadsNoMore(logger, LeaseName);
        Environment.ExitCode = 1;
        lifetime.StopApplication();
    }

    /// <summary>So that the next one need not wait for the Lease to run out.</summary>
    private async Task ReleaseAsync(LeaseLock held, LeaderElector elector)
    {
        if (!acquired.Task.IsCompleted || !elector.IsLeader())
        {
            return;
        }

        using var limit = new CancellationTokenSource(ReleaseLimit);
        try
        {
            var record = await held.GetAsync(limit.Token);
            if (record.HolderIdentity == held.Identity)
            {
                record.HolderIdentity = "";
                await held.UpdateAsync(record, limit.Token);
            }
        }
        catch (Exception e) when (e is HttpRequestException or HttpOperationException or OperationCanceledException)
        {
            NotElected(logger, e.Message);
        }
    }

    public override void Dispose()
    {
        lost.Dispose();
        base.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Leader is {Leader}")]
    private static partial void Leads(ILogger logger, string leader);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lease not asked for: {Cause}")]
    private static partial void NotElected(ILogger logger, string cause);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Lease {Lease} is lost: this process ends, and another one leads")]
    private static partial void LeadsNoMore(ILogger logger, string lease);
}
