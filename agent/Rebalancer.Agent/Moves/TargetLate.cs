using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Rebalancer.Agent.Checkpoint;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Transfer;
using Rebalancer.Agent.Transfer.Images;

namespace Rebalancer.Agent.Moves;

/// <summary>
/// The pages of a pod that come when all else of its checkpoint is here: while its copies are restored and, in a post-copy, while they run. They go into the
/// stores; page servers are told what has come, and tell what is waited for. All of it is found again in the move's folder after a restart of the agent.
/// </summary>
internal sealed class TargetLate : IDisposable
{
    private const int BoundsAtOnce = 4096;
    private readonly Lock gate = new();
    private readonly MoveFolder folder;
    private readonly IReadOnlyList<string> containers;
    private readonly ILogger log;
    private readonly Dictionary<string, LateStore> stores;
    private readonly Dictionary<string, Socket> links = new(StringComparer.Ordinal);
    private readonly HashSet<(string Process, ulong Address)> wanted = [];
    private readonly TaskCompletionSource filled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action<MoveReply>? reply;
    private bool isOver;

    private TargetLate(MoveFolder folder, IReadOnlyList<string> containers, Dictionary<string, LateStore> stores, ILogger log) =>
        (this.folder, this.containers, this.stores, this.log) = (folder, containers, stores, log);

    /// <summary>Every page is here.</summary>
    public Task Filled => filled.Task;

    /// <returns>Null: all pages of the move were there before its restore.</returns>
    public static TargetLate? TryOpen(MoveFolder folder, IReadOnlyList<string> containers, ILogger log)
    {
        var stores = new Dictionary<string, LateStore>(StringComparer.Ordinal);
        foreach (var container in containers)
        {
            if (LateStore.TryOpen(folder.PagesOf(container)) is { } store) { stores.Add(container, store); }
        }
        if (stores.Count == 0) { return null; }
        var late = new TargetLate(folder, containers, stores, log);
        late.CheckFilled();
        foreach (var container in stores.Keys) { late.Connect(container); }
        return late;
    }

    /// <summary>Where the page server of a container listens. Short: a socket's path has at most 107 bytes.</summary>
    public static string SocketOf(MoveFolder folder, IReadOnlyList<string> containers, string container) =>
        Path.Combine(folder.Root, $"late-{containers.ToList().IndexOf(container)}.socket");

    /// <summary>A page server has been started: it is told what has come so far. None is there yet: it will be told then.</summary>
    public void Connect(string container)
    {
        if (!stores.TryGetValue(container, out var store)) { return; }
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        lock (gate)
        {
            if (isOver) { return; }
            try
            {
                socket.Connect(new UnixDomainSocketEndPoint(SocketOf(folder, containers, container)));
                SendAll(socket, store.Came());
            }
            catch (SocketException)
            {
                socket.Dispose();
                return;
            }
            if (links.Remove(container, out var before)) { before.Dispose(); }
            links.Add(container, socket);
        }
        _ = ReadAsync(container, socket);
    }

    /// <summary>The source is there: it hears of everything that is waited for.</summary>
    public void Open(Action<MoveReply> to)
    {
        lock (gate)
        {
            reply = to;
            foreach (var want in wanted) { Ask(want); }
            if (filled.Task.IsCompleted) { to(new MoveReply { Filled = new Filled() }); }
        }
    }

    /// <summary>The source has come back and knows nothing: it hears what is missing.</summary>
    public void Reopen(Action<MoveReply> to)
    {
        lock (gate)
        {
            foreach (var (container, store) in stores)
            {
                foreach (var process in store.Missing().GroupBy(each => each.Pid))
                {
                    foreach (var part in process.Chunk(BoundsAtOnce / 2))
                    {
                        to(new MoveReply { Missing = new Missing { Process = new ProcessName(container, process.Key).ToString(), Bounds = { part.SelectMany(each => new[] { each.Range.Start, each.Range.End }) } } });
                    }
                }
            }
            to(new MoveReply { Missing = new Missing { IsAll = true } });
            Open(to);
        }
    }

    /// <returns>False: nothing is missing any more.</returns>
    /// <exception cref="TransferException">Nobody waits for these.</exception>
    public bool Write(string process, ulong address, ReadOnlySpan<byte> data)
    {
        lock (gate)
        {
            if (isOver) { throw new TransferException("late pages came, and the move is over"); }
            if (ProcessName.TryParse(process) is not { } name || !stores.TryGetValue(name.Container, out var store)) { throw new TransferException("late pages of a process came that is none of the pod's"); }
            var came = store.Write(name.Pid, address, data);
            var range = new PageRange(address, address + (ulong)data.Length);
            wanted.RemoveWhere(want => want.Process == process && range.Contains(want.Address));
            if (links.TryGetValue(name.Container, out var link)) { Tell(name.Container, link, came); }
            return !CheckFilled();
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            isOver = true;
            foreach (var link in links.Values) { link.Dispose(); }
            foreach (var store in stores.Values) { store.Dispose(); }
            links.Clear();
        }
    }

    private bool CheckFilled()
    {
        if (!stores.Values.All(store => store.IsComplete)) { return false; }
        if (filled.TrySetResult()) { reply?.Invoke(new MoveReply { Filled = new Filled() }); }
        return true;
    }

    private void Tell(string container, Socket link, byte[] came)
    {
        try
        {
            SendAll(link, came);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Its processes have ended, or the restore has failed: the page server of the next one reads what has come.
            log.LogDebug("The page server of container {Container} takes nothing any more: {Cause}", container, e.Message);
            links.Remove(container);
            link.Dispose();
        }
    }

    private static void SendAll(Socket socket, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty) { bytes = bytes[socket.Send(bytes)..]; }
    }

    private async Task ReadAsync(string container, Socket socket)
    {
        var message = new byte[LatePages.Bytes];
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: false);
            while (true)
            {
                await stream.ReadExactlyAsync(message);
                var want = LatePages.Read(message);
                Want(container, want.Pid, want.Range.Start);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException)
        {
            log.LogDebug("The page server of container {Container} asks no more: {Cause}", container, e.Message);
        }
    }

    private void Want(string container, int pid, ulong address)
    {
        var want = (new ProcessName(container, pid).ToString(), address);
        lock (gate)
        {
            if (!isOver && stores[container].IsMissing(pid, address) && wanted.Add(want)) { Ask(want); }
        }
    }

    private void Ask((string Process, ulong Address) want) => reply?.Invoke(new MoveReply { Want = new Want { Process = want.Process, Address = want.Address } });
}
