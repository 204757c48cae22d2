using System.Runtime.InteropServices;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Local.Memory;

/// <summary>
/// A userfaultfd, as linux/userfaultfd.h describes it: whoever holds the descriptor acts on the memory of the process that opened it. Closing the last
/// descriptor ends all that was registered.
/// </summary>
internal sealed class UserFault(Descriptor descriptor) : IDisposable
{
    /// <summary>Linux 6.7: a write to a protected page lifts its protection without anybody being told; the page map shows it.</summary>
    public const ulong WriteProtectAsync = 1 << 15;
    public const int OpenFlags = Cloexec | NonBlocking | UserModeOnly;
    private const int Cloexec = 0x80000, NonBlocking = 0x800, UserModeOnly = 1;
    private const ulong ApiVersion = 0xAA, ModeWriteProtect = 2;
    private const nuint IoctlApi = 0xC018AA3F, IoctlRegister = 0xC020AA00, IoctlWake = 0x8010AA02, IoctlCopy = 0xC028AA03, IoctlZeroPage = 0xC020AA04, IoctlWriteProtect = 0xC018AA06;
    /// <summary>Lowest address that a process may map, by default.</summary>
    private const ulong LowestAddress = 1 << 16;

    public int Number => descriptor.Number;

    /// <summary>The handshake that every new descriptor needs once.</summary>
    /// <exception cref="LinuxException">The kernel lacks one of the features.</exception>
    public void Enable(ulong features)
    {
        var api = new ApiRequest { Api = ApiVersion, Features = features };
        if (Ioctl(Number, IoctlApi, ref api) != 0) { throw Descriptor.Failure($"UFFDIO_API with features {features:x}"); }
    }

    /// <summary>From now on pages of the range can be write-protected. A range that is registered already stays so.</summary>
    /// <returns>False: this kind of mapping cannot, or it has gone.</returns>
    public bool TryRegisterWriteProtection(PageRange range)
    {
        var request = new RegisterRequest { Start = range.Start, Length = range.Bytes, Mode = ModeWriteProtect };
        return Ioctl(Number, IoctlRegister, ref request) == 0;
    }

    /// <summary>
    /// Whether the memory is gone for which the descriptor was opened: the process has ended or, which its number does not show, has become another program
    /// by execve. Registering and PAGEMAP_SCAN say nothing of it; they find no mappings.
    /// </summary>
    public bool HasLostMemory()
    {
        // Takes no protection away where there is none: hardly anything is mapped there, and the call finds the memory before it looks for a mapping.
        var request = new RangeRequest { Start = LowestAddress, Length = PageRange.PageBytes };
        return Ioctl(Number, IoctlWriteProtect, ref request) != 0 && Marshal.GetLastPInvokeError() == Native.SystemCalls.Esrch;
    }

    /// <summary>Gives missing pages their content and lets go on who waits for them.</summary>
    /// <param name="to">Address in the process.</param>
    /// <param name="from">Address in this process.</param>
    /// <param name="bytes">Multiple of the page size.</param>
    /// <param name="copied">Bytes that were copied, also when not all could be.</param>
    /// <returns>0, or the error number of what stopped it: EEXIST (a page is there already), EAGAIN (an event waits to be read), ENOENT (no such mapping), ESRCH (the process is gone).</returns>
    public int Copy(ulong to, nint from, long bytes, out long copied)
    {
        var request = new CopyRequest { To = to, From = (ulong)from, Length = (ulong)bytes };
        var result = Ioctl(Number, IoctlCopy, ref request);
        copied = request.Copied > 0 ? request.Copied : 0;
        return result == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Gives a missing page zeros.</summary>
    /// <returns>As <see cref="Copy"/>.</returns>
    public int Zero(ulong address)
    {
        var request = new RegisterRequest { Start = address, Length = PageRange.PageBytes };
        return Ioctl(Number, IoctlZeroPage, ref request) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Lets go on who waits for a page that is there.</summary>
    public void Wake(ulong address)
    {
        var request = new RangeRequest { Start = address, Length = PageRange.PageBytes };
        _ = Ioctl(Number, IoctlWake, ref request);
    }

    public void Dispose() => descriptor.Dispose();

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Ioctl(int descriptor, nuint request, ref ApiRequest argument);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Ioctl(int descriptor, nuint request, ref RegisterRequest argument);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Ioctl(int descriptor, nuint request, ref RangeRequest argument);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Ioctl(int descriptor, nuint request, ref CopyRequest argument);

    private struct ApiRequest
    {
        public ulong Api, Features, Ioctls;
    }

    /// <summary>struct uffdio_register; uffdio_zeropage has the same layout.</summary>
    private struct RegisterRequest
    {
        public ulong Start, Length, Mode, Ioctls;
    }

    /// <summary>struct uffdio_range; uffdio_writeprotect has a mode behind it.</summary>
    private struct RangeRequest
    {
        public ulong Start, Length, Mode;
    }

    private struct CopyRequest
    {
        public ulong To, From, Length, Mode;
        public long Copied;
    }
}
