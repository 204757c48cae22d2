using System.Runtime.InteropServices;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Local.Netlink;
using Xunit;

namespace Rebalancer.Runtime.Tests.Pages;

/// <summary>Memory of this process as CRIU leaves it: with a userfaultfd that is handed over before the mapping is registered with it.</summary>
internal sealed class FaultedMemory : IDisposable
{
    private const nint UserFaultCall = 323;
    private const nuint IoctlRegister = 0xC020AA00;
    private const ulong ModeMissing = 1;
    private const int ReadWrite = 3, PrivateAnonymous = 0x22;
    private readonly nint start;

    public FaultedMemory(int pages)
    {
        Range = new PageRange(0, (ulong)pages * PageRange.PageBytes);
        start = Map(0, (nuint)Range.Bytes, ReadWrite, PrivateAnonymous, -1, 0);
        Range = new PageRange((ulong)start, (ulong)start + Range.Bytes);
        var descriptor = new Descriptor((int)Call(UserFaultCall, UserFault.OpenFlags));
        Fault = new UserFault(descriptor);
        Fault.Enable(features: 0);
    }

    public PageRange Range { get; }

    public UserFault Fault { get; }

    public PageRange Page(int number) => new(Range.Start + ((ulong)number * PageRange.PageBytes), Range.Start + ((ulong)(number + 1) * PageRange.PageBytes));

    /// <summary>From now on pages that are missing are asked for.</summary>
    public void Register()
    {
        var request = new Registration { Start = Range.Start, Length = Range.Bytes, Mode = ModeMissing };
        Assert.Equal(0, Ioctl(Fault.Number, IoctlRegister, ref request));
    }

    /// <summary>First byte of a page. Whoever asks for one that is missing waits for it: outside of managed code, or a garbage collection would wait too.</summary>
    public byte First(int number)
    {
        byte first = 0;
        _ = CopyMemory(ref first, (nint)Page(number).Start, 1);
        return first;
    }

    public void Dispose()
    {
        Fault.Dispose();
        _ = Unmap(start, (nuint)Range.Bytes);
    }

    [DllImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static extern nint Call(nint number, nint flags);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Ioctl(int descriptor, nuint request, ref Registration argument);

    [DllImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static extern nint Map(nint address, nuint length, int protection, int flags, int descriptor, long offset);

    [DllImport("libc", EntryPoint = "memcpy")]
    private static extern nint CopyMemory(ref byte to, nint from, nuint bytes);

    [DllImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static extern int Unmap(nint address, nuint length);

    /// <summary>struct uffdio_register.</summary>
    private struct Registration
    {
        public ulong Start, Length, Mode, Ioctls;
    }
}
