using Rebalancer.Agent.Local;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Simulation.Agents;
using Rebalancer.Simulation.Kernel;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Store;

namespace Rebalancer.Simulation.Nodes;

/// <summary>
/// What rebalancer-runc does of a pod's sandbox and its one container (CreateCommand, ClaimedContainer, ActionScript), with processes of the simulation in the
/// place of runc's and CRIU's.
/// </summary>
internal sealed class Wrapper(World world, SimulatedNode node)
{
    private const int MaximumRestores = 5;
    private static readonly TimeSpan DecisionLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan ConnectWindow = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan OutcomeLimit = TimeSpan.FromSeconds(20);

    private Simulator Simulator => world.Simulator;

    /// <returns>False: kubelet tries again.</returns>
    public async Task<bool> MakeAsync(StoredObject pod, Kubelet.Worker worker, Func<bool> isGivenUp)
    {
        using var hangUp = new CancellationTokenSource();
        var watching = HangUpAsync(worker, isGivenUp, hangUp);
        try
        {
            await Task.Delay(Simulator.Between(10, 200), Simulator);
            if (!await SandboxAsync(pod, hangUp.Token))
            {
                return false;
            }

            await Task.Delay(Simulator.Between(10, 200), Simulator);
            var isMade = await ContainerAsync(pod, hangUp.Token);
            return isMade;
        }
        finally
        {
            hangUp.Cancel();
            await watching;
        }
    }

    /// <summary>A create call that kubelet has given up is killed.</summary>
    private static async Task HangUpAsync(Kubelet.Worker worker, Func<bool> isGivenUp, CancellationTokenSource hangUp)
    {
        while (!hangUp.IsCancellationRequested)
        {
            if (isGivenUp())
            {
                hangUp.Cancel();
                return;
            }

            try
            {
                await worker.Next().WaitAsync(hangUp.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private bool IsClaimed(StoredObject pod) => pod.Root.Text("metadata", "annotations", Names.ClaimAnnotation) is not null && !node.Disk.Consumed.Contains(pod.Uid);

    private async Task<bool> SandboxAsync(StoredObject pod, CancellationToken gone)
    {
        if (node.Disk.Released.Contains(pod.Uid))
        {
            return false;
        }

        return !IsClaimed(pod) || (await DecideAsync(Question(pod, LocalOps.SandboxCreate), gone))?.Action is LocalActions.Proceed or LocalActions.Create;
    }

    private async Task<bool> ContainerAsync(StoredObject pod, CancellationToken gone)
    {
        if (node.Disk.Released.Contains(pod.Uid))
        {
            return false;
        }

        if (!IsClaimed(pod))
        {
            return StartCold(pod);
        }

        var reply = await DecideAsync(Question(pod, LocalOps.ContainerCreate), gone);
        for (var tries = 1; reply is { Action: LocalActions.Restore } && tries <= MaximumRestores; tries++)
        {
            var copy = await RestoreAsync(pod, gone);
            var isWell = copy is not null;
            if (isWell)
            {
                node.Disk.Consumed.Add(pod.Uid);
            }

            reply = await AskAsync(Question(pod, LocalOps.RestoreDone) with { ExitCode = isWell ? 0 : 1 }, OutcomeLimit, gone);
            if (isWell && reply is null or { Action: LocalActions.Proceed })
            {
                copy!.WasTakenOver = true;
                return true;
            }

            if (isWell)
            {
                copy!.End(EndCause.Discarded);
            }
        }

        return reply is { Action: LocalActions.Create } && StartCold(pod);
    }

    private bool StartCold(StoredObject pod)
    {
        node.Add(new PodCopy(world, node, pod.Uid, pod.Key.Name, world.NextId(), Address(pod), CopyState.Running) { WasTakenOver = true }).IsNetworkOpen = true;
        return true;
    }

    /// <returns>Null: there is no copy.</returns>
    private async Task<PodCopy?> RestoreAsync(StoredObject pod, CancellationToken gone)
    {
        await Task.Delay(Simulator.Between(30, 400), Simulator);
        if (gone.IsCancellationRequested || world.ImagesFor(node, pod.Uid) is not { Memory: { } memory } || Simulator.Chance(world.Rates.Step))
        {
            return null;
        }

        var copy = node.Add(new PodCopy(world, node, pod.Uid, pod.Key.Name, memory, Address(pod), CopyState.Held) { IsRestored = true });
        // Not asked again: without a decision the copy dies.
        var reply = await AskAsync(Question(pod, LocalOps.Hold), DecisionLimit, gone, copy);
        if (reply is not { Action: LocalActions.Proceed } || gone.IsCancellationRequested)
        {
            copy.End(EndCause.Discarded);
            return null;
        }

        await Task.Delay(Simulator.Between(1, 20), Simulator);
        copy.State = CopyState.Running;
        _ = await AskAsync(Question(pod, LocalOps.Resumed), DecisionLimit, gone, copy);
        return copy.IsAlive ? copy : null;
    }

    /// <summary>A claimed pod gets the address that it had on its source, by the agent's CNI plugin.</summary>
    private string Address(StoredObject pod)
        => pod.Root.Text("metadata", "annotations", Names.MigrationAnnotation) is { } name && world.Migration(name)?.Status is { } status && status.Claim?.PodUID == pod.Uid && status.Source?.Address is { } address
            ? address.Split('/')[0] : $"10.88.{world.NextId() / 250}.{world.NextId() % 250}";

    private static LocalRequest Question(StoredObject pod, string op) => new()
    {
        Op = op,
        PodUid = pod.Uid,
        PodNamespace = pod.Key.Namespace,
        PodName = pod.Key.Name,
        Migration = pod.Root.Text("metadata", "annotations", Names.MigrationAnnotation) ?? "",
        ContainerName = "app",
    };

    /// <summary>Asked again where an agent's death cut it off.</summary>
    private async Task<LocalReply?> DecideAsync(LocalRequest question, CancellationToken gone)
    {
        // Less than a millisecond is none for a timer, and no time would pass here.
        var end = Simulator.Now + DecisionLimit - TimeSpan.FromMilliseconds(1);
        while (Simulator.Now < end && !gone.IsCancellationRequested)
        {
            var (reply, wasReached) = await TryAskAsync(question, end - Simulator.Now + TimeSpan.FromMilliseconds(1), null, gone);
            if (reply is not null || !wasReached)
            {
                return reply;
            }
        }

        return null;
    }

    private async Task<LocalReply?> AskAsync(LocalRequest question, TimeSpan limit, CancellationToken gone, PodCopy? copy = null) => (await TryAskAsync(question, limit, copy, gone)).Reply;

    private async Task<(LocalReply? Reply, bool WasReached)> TryAskAsync(LocalRequest question, TimeSpan limit, PodCopy? copy, CancellationToken gone)
    {
        var start = Simulator.Now;
        while (node.Agent is null)
        {
            if (Simulator.Now - start > ConnectWindow || gone.IsCancellationRequested)
            {
                return (null, false);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), Simulator);
        }

        try
        {
            return (await node.Agent.AnswerAsync(question, copy, gone).WaitAsync(limit, Simulator, gone), true);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException or IOException)
        {
            return (null, true);
        }
    }
}
