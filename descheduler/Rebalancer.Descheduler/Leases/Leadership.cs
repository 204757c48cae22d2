using Rebalancer.Kubernetes.Client;
using Rebalancer.Kubernetes.Leases;

namespace Rebalancer.Descheduler.Leases;

/// <summary>
/// Of several replicas one moves pods: the holder of the Lease. Its epoch, which only grows from one holder to the next, stands in every Migration that it
/// writes, and the API server refuses a smaller one: a leader that was cut off and does not know yet that it is none changes nothing. Who loses the
/// Lease ends its process; webhooks and caches of the others run on.
/// </summary>
internal sealed partial class Leadership(ApiClient client, DeschedulerOptions options, TimeProvider clock, IHostApplicationLifetime lifetime, ILoggerFactory loggers) : BackgroundService
{
    public const string LeaseName = "rebalancer-descheduler";
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(3);

    private readonly ILogger<Leadership> logger = loggers.CreateLogger<Leadership>();
    private readonly TaskCompletionSource acquired = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource lost = new();

    /// <summary>As Kubernetes' own controllers: a dead leader is followed within 15 s, and one that is cut off stops 5 s before that.</summary>
    private readonly LeaseOptions lease = new()
    {
        Namespace = options.Namespace,
        Name = LeaseName,
        Identity = $"{Environment.MachineName}_{Guid.NewGuid():N}",
        Duration = TimeSpan.FromSeconds(15),
        Retry = TimeSpan.FromSeconds(2),
        Margin = TimeSpan.FromSeconds(5),
    };

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
        // Several loops raise it at the same time, each by the objects that it writes.
        for (var known = Epoch; seen > known; known = Epoch)
        {
            Interlocked.CompareExchange(ref epoch, seen, known);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var holder = new LeaseHolder(client, lease, clock, loggers.CreateLogger<LeaseHolder>());
        try
        {
            while (!acquired.Task.IsCompleted || holder.IsHeld)
            {
                await TryAsync(holder, stoppingToken);
                if (holder.IsHeld && !acquired.Task.IsCompleted)
                {
                    RaiseTo(holder.Transitions + 1);
                    acquired.TrySetResult();
                }

                await Task.Delay(Pause(holder), clock, stoppingToken);
            }

            Lose();
        }
        finally
        {
            using var limit = new CancellationTokenSource(ReleaseLimit, clock);
            await holder.ReleaseAsync(limit.Token);
        }
    }

    /// <summary>The end of the Lease must not pass unnoticed between two tries.</summary>
    private TimeSpan Pause(LeaseHolder holder)
    {
        var left = holder.HeldUntil - clock.GetUtcNow();
        return left > TimeSpan.Zero && left < lease.Retry ? left : lease.Retry;
    }

    private async Task TryAsync(LeaseHolder holder, CancellationToken stoppingToken)
    {
        using var expiry = new CancellationTokenSource(RequestLimit, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, expiry.Token);
        try
        {
            await holder.TryAsync(limit.Token);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException or TimeoutException || (e is OperationCanceledException && !stoppingToken.IsCancellationRequested))
        {
            NotElected(logger, e.Message);
        }
    }

    private void Lose()
    {
        lost.Cancel();
        LeadsNoMore(logger, LeaseName);
        Environment.ExitCode = 1;
        lifetime.StopApplication();
    }

    public override void Dispose()
    {
        lost.Dispose();
        base.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lease neither taken nor renewed: {Cause}")]
    private static partial void NotElected(ILogger logger, string cause);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Lease {Lease} is lost: this process ends, and another one leads")]
    private static partial void LeadsNoMore(ILogger logger, string lease);
}
