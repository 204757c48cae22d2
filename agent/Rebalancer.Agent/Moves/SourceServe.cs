using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Cluster;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Agent.Memory;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Transfer;
using Rebalancer.Agent.Transfer.Images;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Moves;

/// <summary>
/// After the commit of a post-copy: stays until the target has every page, over a new connection where one was lost, and also as a restarted agent, which
/// knows nothing but what the target lacks. Only the frozen processes have those pages.
/// </summary>
internal sealed class SourceServe(MoveServices services, SourceContext context, SourceEnds ends, ILogger log)
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(5);
    private readonly List<ProcessMemory> opened = [];

    /// <summary>False: nothing was late, or all of it had come before the commit. A restarted agent cannot know, and asks.</summary>
    private bool IsNeeded => context.Session is { } session
        ? context is { IsPostCopy: true, Late: not null } && !session.Filled.IsCompletedSuccessfully
        : context.Migration.Status.Source?.Strategy == Strategies.PostCopy;

    public async Task RunAsync(CancellationToken cancellation)
    {
        ends.Fence();
        if (!IsNeeded) { return; }
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5), services.Random, services.Clock);
        while (!await TryServeAsync(cancellation))
        {
            await HangUpAsync();
            if (services.Book.Find(context.Uid) is not { } now || Phases.IsFinal(now.Status.Phase))
            {
                log.LogError("Migration {Name}: over before the target had all pages", context.Migration.Metadata.Name);
                break;
            }
            await backoff.WaitAsync(cancellation);
        }
        CloseMemory();
    }

    /// <returns>False: the target has not said that it has all.</returns>
    private async Task<bool> TryServeAsync(CancellationToken cancellation)
    {
        try
        {
            if (context.Session is not { Lost.IsCompleted: false }) { await ReconnectAsync(cancellation); }
            await context.FilledAsync(cancellation);
            return true;
        }
        catch (MoveException e)
        {
            log.LogWarning("Migration {Name}: the target does not have all pages yet: {Cause}", context.Migration.Metadata.Name, e.Message);
            // Its move is over: only with all pages, or without a copy, is it.
            return e.Reason == Reasons.TargetUnready;
        }
        catch (Exception e) when (DecisionReader.IsTransient(e))
        {
            log.LogWarning("Migration {Name}: the target is not found: {Cause}", context.Migration.Metadata.Name, e.Message);
            return false;
        }
    }

    private async Task ReconnectAsync(CancellationToken cancellation)
    {
        await HangUpAsync();
        ends.Find();
        var (endpoint, target) = (await TargetEndpoint.FindAsync(services, context.Migration, cancellation), context.Migration.Status.TargetNode!);
        var session = context.Session = PeerSession.Open(services.Channels.To(endpoint, target));
        await session.SendAsync(new MoveFrame
        {
            Hello = new Hello
            {
                MigrationNamespace = context.Migration.Metadata.NamespaceProperty,
                MigrationName = context.Migration.Metadata.Name,
                MigrationUid = context.Uid,
                Late = true,
            },
        }, cancellation);
        try
        {
            var missing = await session.Missing.WaitAsync(ConnectLimit, services.Clock, cancellation);
            context.Images = await services.Channels.ImagesAsync(endpoint, target, session, cancellation);
            context.Late = new LateSender(context.Images, Processes(missing), session.Wants);
            context.Late.Start();
        }
        catch (TimeoutException)
        {
            throw new MoveException(Reasons.PeerUnreachable, $"the agent of node {target} did not tell within {ConnectLimit.TotalSeconds} s what it lacks");
        }
    }

    private List<LateProcess> Processes(IReadOnlyList<Missing> missing)
    {
        var found = new List<LateProcess>();
        foreach (var process in missing.GroupBy(each => each.Process))
        {
            var name = ProcessName.TryParse(process.Key) ?? throw new MoveException(Reasons.TransferFailed, $"the target lacks pages of '{process.Key}', which is no process");
            var left = new PageSet();
            foreach (var bounds in process.SelectMany(each => each.Bounds.Chunk(2))) { left.Add(new PageRange(bounds[0], bounds[^1])); }
            found.Add(new LateProcess(name, Open(name), left));
        }
        return found;
    }

    private ProcessMemory Open(ProcessName name)
    {
        try
        {
            var pids = context.Containers.FirstOrDefault(each => each.Name == name.Container)?.Cgroup?.Pids() ?? [];
            foreach (var pid in pids.Where(pid => TrackedProcess.ImagePidOf(pid, services.Proc) == name.Pid))
            {
                opened.Add(ProcessMemory.Open(pid));
                return opened[^1];
            }
        }
        catch (LinuxException e)
        {
            throw new MoveException(Reasons.SourceLost, $"process {name} cannot be read: {e.Message}", inner: e);
        }
        throw new MoveException(Reasons.SourceLost, $"process {name} is gone, and the target lacks pages of it");
    }

    private async Task HangUpAsync()
    {
        if (context.Late is { } late) { await late.DisposeAsync(); }
        if (context.Images is { } images) { await images.DisposeAsync(); }
        if (context.Session is { } session) { await session.DisposeAsync(); }
        (context.Late, context.Images, context.Session) = (null, null, null);
        CloseMemory();
    }

    private void CloseMemory()
    {
        foreach (var each in opened) { each.Dispose(); }
        opened.Clear();
    }
}
