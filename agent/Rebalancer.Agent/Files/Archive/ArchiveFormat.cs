namespace Rebalancer.Agent.Files.Archive;

/// <summary>
/// The form of a tree on its way: "RBFILES1", then records of one byte kind, four bytes length and a body, all little endian. Not tar, since the base
/// library's tar takes names and extended attributes for text, which file names need not be and file capabilities never are; and because a tree that is
/// sent while it is used needs deletions and files sent twice.
/// </summary>
internal static class ArchiveFormat
{
    public const int HeadBytes = 5;

    public static ReadOnlySpan<byte> Magic => "RBFILES1"u8;
}

internal enum ArchiveRecordKind : byte
{
    File = 1,
    Data = 2,
    Delete = 3,
    End = 4,
}
