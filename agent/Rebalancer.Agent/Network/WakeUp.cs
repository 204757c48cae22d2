using System.Runtime.InteropServices;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Network;

/// <summary>Lets a thread wait for a socket's data and for being told to end, whichever comes first (eventfd(2), poll(2)).</summary>
internal sealed class WakeUp : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const short PollIn = 1;

    private readonly Descriptor _event = Descriptor.Of(eventfd(0, CloseOnExec), "eventfd");

    public void Signal()
    {
        long one = 1;
        _ = write(_event.Number, in one, sizeof(long));
    }

    /// <summary>Waits without limit; true when data (or an error) is there, false when signalled.</summary>
    public bool WaitFor(int descriptor)
    {
        Span<PollEntry> entries = [new PollEntry(descriptor, PollIn), new PollEntry(_event.Number, PollIn)];
        while (poll(ref entries[0], (nuint)entries.Length, -1) < 0)
        {
            var errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.Interrupted)
            {
                throw new LinuxException($"poll descriptor {descriptor}", errno);
            }
        }

        return entries[1].Events == 0;
    }

    public void Dispose() => _event.Dispose();

    [DllImport("libc", SetLastError = true)]
    private static extern int eventfd(uint initial, int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern nint write(int descriptor, in long data, nint length);

    [DllImport("libc", SetLastError = true)]
    private static extern int poll(ref PollEntry entries, nuint count, int timeoutMs);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct PollEntry(int descriptor, short wanted)
    {
        private readonly int _descriptor = descriptor;
        private readonly short _wanted = wanted;
        private readonly short _events = 0;

        public short Events => _descriptor >= 0 && _wanted != 0 ? _events : (short)0;
    }
}
