using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Runtime.Pages;

/// <summary>
/// The socket over which `criu restore` with lazy pages hands over what it restores (criu/uffd.c): for each process its number and its userfaultfd, then
/// "restore finished", once the tree is complete and may run.
/// </summary>
internal sealed class RestoreConnection : IDisposable
{
    /// <summary>CRIU connects to this name in its work folder.</summary>
    public const string SocketName = "lazy-pages.socket";
    private const uint Finished = 0x52535446;
    private const int WaitAll = 0x100, MaximumProcesses = 1 << 16;
    private readonly Descriptor socket;
    private int processes;

    private RestoreConnection(Descriptor socket) => this.socket = socket;

    public int Number => socket.Number;

    public bool IsFinished { get; private set; }

    public bool IsClosed { get; private set; }

    /// <summary>Listens in the current folder: a path from the root could be too long for a socket.</summary>
    public static Descriptor Listen() => UnixListener.Listen(SocketName);

    /// <summary>Waits for CRIU.</summary>
    /// <returns>Null: it did not come in time.</returns>
    public static RestoreConnection? Accept(Descriptor listener, TimeSpan limit)
    {
        PollDescriptor[] waiting = [new PollDescriptor { Descriptor = listener.Number, Events = SystemCalls.PollIn }];
        return SystemCalls.Poll(waiting, 1, (int)limit.TotalMilliseconds) > 0 ? new RestoreConnection(UnixListener.Accept(listener)) : null;
    }

    /// <summary>Reads one message.</summary>
    /// <returns>A process and its userfaultfd; null for everything else.</returns>
    public (int Pid, Descriptor Fault)? Read()
    {
        Span<byte> word = stackalloc byte[sizeof(uint)];
        if (Libc.Receive(socket.Number, ref word[0], sizeof(uint), WaitAll) != sizeof(uint))
        {
            IsClosed = true;
            return null;
        }
        var number = BinaryPrimitives.ReadUInt32LittleEndian(word);
        if (number == Finished)
        {
            IsFinished = true;
            return null;
        }
        // A zombie is announced by a negative number, and has no memory.
        if ((int)number <= 0) { return null; }
        return ++processes <= MaximumProcesses ? ((int)number, ReceiveDescriptor()) : throw new RuntimeFailureException(FailureReasons.RestoreFailed, $"more than {MaximumProcesses} processes are restored");
    }

    public void Dispose() => socket.Dispose();

    private unsafe Descriptor ReceiveDescriptor()
    {
        // struct cmsghdr with one descriptor: length (8), level (4), type (4), descriptor (4), padding.
        var control = stackalloc byte[24];
        byte unused = 0;
        var segment = new Segment { Start = &unused, Length = 1 };
        var message = new Message { Segments = &segment, SegmentCount = 1, Control = control, ControlLength = 24 };
        const int CloseOnExec = 0x40000000;
        return ReceiveMessage(socket.Number, ref message, CloseOnExec) > 0 && message.ControlLength >= 20
            ? new Descriptor(*(int*)(control + 16)) : throw Descriptor.Failure("receive a userfaultfd");
    }

    [DllImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static extern nint ReceiveMessage(int socket, ref Message message, int flags);

    /// <summary>struct iovec.</summary>
    private unsafe struct Segment
    {
        public void* Start;
        public nuint Length;
    }

    /// <summary>struct msghdr.</summary>
    private unsafe struct Message
    {
        public void* Name;
        public uint NameLength;
        public Segment* Segments;
        public nuint SegmentCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }
}
