using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text.Json;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Local.Netlink;
using Rebalancer.Fuzz.Tests.Harness;
using Rebalancer.Runtime;
using Rebalancer.Runtime.Pages;

namespace Rebalancer.Fuzz.Tests.Targets;

/// <summary>What comes over the sockets of a node: the other end sends the input and hangs up.</summary>
internal static class SocketTargets
{
    private const ulong Heap = ImageRecords.Heap;

    public static IEnumerable<FuzzTarget> All()
    {
        var sandbox = new Sandbox();
        yield return new FuzzTarget("late-channel", InputForm.Binary, [LatePages.ToBytes([new LatePages(1, 0, new PageRange(Heap, Heap + 0x3000)), new LatePages(7, 0, new PageRange(Heap, Heap + 0x1000))])],
            input => ReceiveLate(sandbox, input), typeof(InvalidDataException)) { Inputs = 500 };
        yield return new FuzzTarget("restore-connection", InputForm.Binary, [Announcement()], input => ReceiveProcesses(sandbox, input), typeof(LinuxException), typeof(RuntimeFailureException)) { Inputs = 500 };
        yield return new FuzzTarget("agent-answer", InputForm.Json, [[.. JsonSerializer.SerializeToUtf8Bytes(new LocalReply { Action = LocalActions.Restore, ImagePath = "/images", HiddenPids = [1, 7] }, LocalJson.Default.LocalReply), (byte)'\n']],
            input => Ask(sandbox, input), typeof(AgentUnavailableException)) { Inputs = 500 };
    }

    /// <summary>CRIU's words but the descriptors, which only a process with one could send: a process that has ended, and the end of the restore.</summary>
    private static byte[] Announcement()
    {
        var words = new byte[2 * sizeof(uint)];
        BinaryPrimitives.WriteInt32LittleEndian(words, -7);
        BinaryPrimitives.WriteUInt32LittleEndian(words.AsSpan(sizeof(uint)), 0x52535446);
        return words;
    }

    private static void ReceiveLate(Sandbox sandbox, byte[] input)
    {
        var path = SocketOf(sandbox);
        using var channel = new LateChannel(path);
        channel.Want(1, Heap);
        Send(path, input);
        // The first call takes the connection; each other one reads of it, and the last its end.
        for (var calls = (input.Length / 1024) + 4; calls > 0; calls--)
        {
            var before = channel.Number;
            var came = channel.Receive();
            if (came.Any(each => each.Range.Bytes > PageSet.BlockBytes)) { throw new BrokenRuleException($"{came[0]}"); }
            if (channel.Number != before && calls <= (input.Length / 1024) + 3) { return; }
        }
    }

    private static void ReceiveProcesses(Sandbox sandbox, byte[] input)
    {
        var path = SocketOf(sandbox);
        using var listener = UnixListener.Listen(path);
        Send(path, input);
        using var connection = RestoreConnection.Accept(listener, TimeSpan.FromSeconds(10))!;
        while (!connection.IsClosed && !connection.IsFinished) { connection.Read()?.Fault.Dispose(); }
    }

    private static void Ask(Sandbox sandbox, byte[] input)
    {
        var path = SocketOf(sandbox);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        var answering = new Thread(() =>
        {
            using var caller = listener.Accept();
            // An agent answers what it was asked; one that hangs up before is another fault than a broken answer.
            try
            {
                _ = caller.Receive(new byte[64 << 10]);
                caller.Send(input);
            }
            catch (SocketException) { }
        }) { IsBackground = true };
        answering.Start();
        try
        {
            new AgentClient(path, TimeProvider.System).Ask(new LocalRequest { Op = LocalOps.Hold }, TimeSpan.FromSeconds(10), TimeSpan.Zero);
        }
        finally
        {
            answering.Join();
        }
    }

    private static string SocketOf(Sandbox sandbox) => Path.Combine(sandbox.Empty(), "s");

    /// <summary>More than a socket holds would wait for a reader that has not begun.</summary>
    private static void Send(string path, byte[] input)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        socket.Send(input.AsSpan(0, Math.Min(input.Length, 64 << 10)));
    }
}
