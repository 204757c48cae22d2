using System.Runtime.InteropServices;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Files.Native;

/// <summary>The extended attributes of files in an open folder, by their full names.</summary>
internal static class ExtendedAttributes
{
    private const int ListBytes = 64 << 10;
    public const int MaximumValueBytes = 64 << 10;

    public static IReadOnlyList<string> Names(OpenFolder folder, string name)
    {
        Span<byte> small = stackalloc byte[512];
        var path = folder.PathOf(name);
        var bytes = FileCalls.ListAttributes(path, ref MemoryMarshal.GetReference(small), (nuint)small.Length);
        if (bytes == 0) { return []; }
        if (bytes > 0) { return Split(small[..(int)bytes]); }
        var large = new byte[ListBytes];
        bytes = FileCalls.ListAttributes(path, ref large[0], (nuint)large.Length);
        if (bytes >= 0) { return Split(large.AsSpan(0, (int)bytes)); }
        var errno = Marshal.GetLastPInvokeError();
        return errno is Errno.NotSupported or Errno.NoEntry ? [] : throw new LinuxException($"llistxattr({RawName.Shown(name)})", errno);
    }

    /// <returns>Null: it is gone.</returns>
    public static byte[]? Value(OpenFolder folder, string name, string attribute)
    {
        var buffer = new byte[MaximumValueBytes];
        var bytes = FileCalls.GetAttribute(folder.PathOf(name), RawName.Bytes(attribute), ref buffer[0], (nuint)buffer.Length);
        return bytes < 0 ? null : buffer[..(int)bytes];
    }

    public static void Set(OpenFolder folder, string name, string attribute, byte[] value)
    {
        if (FileCalls.SetAttribute(folder.PathOf(name), RawName.Bytes(attribute), value, (nuint)value.Length, 0) != 0)
        {
            throw new LinuxException($"lsetxattr({RawName.Shown(name)}, {attribute})", Marshal.GetLastPInvokeError());
        }
    }

    public static void Remove(OpenFolder folder, string name, string attribute) => _ = FileCalls.RemoveAttribute(folder.PathOf(name), RawName.Bytes(attribute));

    private static List<string> Split(ReadOnlySpan<byte> list)
    {
        var names = new List<string>();
        while (list.IndexOf((byte)0) is var end and >= 0)
        {
            names.Add(RawName.Of(list[..end]));
            list = list[(end + 1)..];
        }
        return names;
    }
}
