using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Local.Criu.Images;

/// <summary>One mapping as CRIU will restore it.</summary>
/// <param name="Flags">MAP_* of mmap.</param>
/// <param name="Status">VMA_* of criu/include/image.h.</param>
/// <param name="Protection">PROT_* of mmap.</param>
internal readonly record struct ImageArea(PageRange Range, uint Flags, uint Status, uint Protection = 0)
{
    private const uint MapPrivate = 0x02, MapAnonymous = 0x20, MapLocked = 0x2000, MapHuge = 0x40000;
    private const uint ProtectionWrite = 2;

    /// <summary>MAP_NORESERVE.</summary>
    public const uint Unreserved = 0x4000;

    private const uint Regular = 1, Vsyscall = 1 << 2, Vdso = 1 << 3, FilePrivate = 1 << 6, AnonymousPrivate = 1 << 9, Vvar = 1 << 12, AioRing = 1 << 13, Guard = 1 << 16;

    public const uint GuardStatus = Guard;

    /// <summary>As vma_entry_can_be_lazy: CRIU registers these, and only these, with the page server.</summary>
    public bool CanBeLazy => (Flags & (MapAnonymous | MapPrivate)) == (MapAnonymous | MapPrivate) && (Flags & (MapLocked | MapHuge)) == 0 && (Status & (Vdso | Vvar | Vsyscall | Guard)) == 0;

    /// <summary>As vma_entry_is_private: their pages stand in the process's page map. A ring of asynchronous I/O and the vDSO CRIU always dumps itself.</summary>
    public bool IsPrivate => (Status & Regular) != 0 && (Status & (FilePrivate | AnonymousPrivate)) != 0 && (Status & (Vdso | Vvar | Vsyscall | AioRing | Guard)) == 0;

    /// <summary>Whether memory would be set aside for it though nobody may write to it.</summary>
    public bool IsReservedInVain => IsPrivate && (Protection & ProtectionWrite) == 0 && (Flags & Unreserved) == 0;

    public bool IsHuge => (Flags & MapHuge) != 0;
}

/// <summary>mm-PID.img: the mappings of one process.</summary>
internal static class MemoryImage
{
    private const int AreasField = 14, AreaFlagsField = 6;

    /// <summary>Of all processes' file names.</summary>
    public const string Pattern = "mm-*.img";

    public static string NameOf(int pid) => $"mm-{pid}.img";

    /// <exception cref="InvalidDataException">It is no such image.</exception>
    public static IReadOnlyList<ImageArea> Read(string path) => Areas(Message(path));

    /// <summary>
    /// Sets which pages are guards (MADV_GUARD_INSTALL). CRIU lists them as mappings of their own, and has found those of the process whose page map it was
    /// shown instead.
    /// </summary>
    public static void SetGuards(string path, IEnumerable<PageRange> guards)
    {
        var message = new List<byte>();
        for (var fields = new WireReader(Message(path)); fields.Next();)
        {
            if (!IsGuard(fields)) { message.AddRange(fields.Raw); }
        }
        var writer = new WireWriter();
        foreach (var guard in guards)
        {
            // start, end, pgoff, shmid, prot, flags, status and fd (-1 as a zigzag number), as CRIU writes them. They come behind all mappings.
            writer.Bytes(AreasField, new WireWriter().Number(1, guard.Start).Number(2, guard.End).Number(3, 0).Number(4, 0).Number(5, 0).Number(6, 0).Number(7, ImageArea.GuardStatus).Number(8, 1).ToArray());
        }
        message.AddRange(writer.ToArray());
        CriuImageFile.Write(path, CriuImageFile.MemoryMagic, [[.. message]]);
    }

    /// <summary>Sets MAP_NORESERVE where nobody may write: CRIU maps private memory writable, whatever its protection will be.</summary>
    /// <exception cref="InvalidDataException">It is no such image.</exception>
    public static void ReserveNothing(string path)
    {
        var message = new List<byte>();
        for (var fields = new WireReader(Message(path)); fields.Next();)
        {
            if (fields.Field == AreasField && fields.Kind == WireReader.Bytes && Area(fields.Content).IsReservedInVain) { message.AddRange(new WireWriter().Bytes(AreasField, Unreserved(fields.Content)).ToArray()); }
            else { message.AddRange(fields.Raw); }
        }
        CriuImageFile.Write(path, CriuImageFile.MemoryMagic, [[.. message]]);
    }

    private static byte[] Unreserved(ReadOnlySpan<byte> area)
    {
        var message = new List<byte>();
        for (var fields = new WireReader(area); fields.Next();)
        {
            if (fields.Field == AreaFlagsField && fields.Kind == WireReader.Varint) { message.AddRange(new WireWriter().Number(AreaFlagsField, fields.Value | ImageArea.Unreserved).ToArray()); }
            else { message.AddRange(fields.Raw); }
        }
        return [.. message];
    }

    private static bool IsGuard(WireReader field) => field.Field == AreasField && field.Kind == WireReader.Bytes && Area(field.Content).Status == ImageArea.GuardStatus;

    private static byte[] Message(string path) =>
        CriuImageFile.Read(path, CriuImageFile.MemoryMagic) is [var message] ? message : throw new InvalidDataException($"{Path.GetFileName(path)} does not hold one message");

    private static List<ImageArea> Areas(byte[] message)
    {
        var areas = new List<ImageArea>();
        for (var fields = new WireReader(message); fields.Next();)
        {
            if (fields.Field == AreasField && fields.Kind == WireReader.Bytes) { areas.Add(Area(fields.Content)); }
        }
        return areas;
    }

    private static ImageArea Area(ReadOnlySpan<byte> message)
    {
        ulong start = 0, end = 0, protection = 0, flags = 0, status = 0;
        for (var fields = new WireReader(message); fields.Next();)
        {
            switch (fields.Field)
            {
                case 1: start = fields.Value; break;
                case 2: end = fields.Value; break;
                case 5: protection = fields.Value; break;
                case AreaFlagsField: flags = fields.Value; break;
                case 7: status = fields.Value; break;
                default: break;
            }
        }
        return new ImageArea(new PageRange(start, end), (uint)flags, (uint)status, (uint)protection);
    }
}
