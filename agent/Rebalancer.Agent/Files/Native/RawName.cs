using System.Text;

namespace Rebalancer.Agent.Files.Native;

/// <summary>
/// Names and paths of files as strings in which each character is one byte (Latin-1): whatever the kernel allows goes through unchanged, which UTF-8
/// does not promise. Paths are relative, with '/' between names; "." is the tree's root.
/// </summary>
internal static class RawName
{
    public const string Root = ".";
    public const int MaximumNameBytes = 255;
    public const int MaximumPathBytes = 4095;

    /// <summary>Bytes with the zero at their end that the kernel wants.</summary>
    public static byte[] Bytes(string raw)
    {
        var bytes = new byte[raw.Length + 1];
        Encoding.Latin1.GetBytes(raw, bytes);
        return bytes;
    }

    public static string Of(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    public static string FromText(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>For messages.</summary>
    public static string Shown(string raw) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(raw));

    public static string Join(string folder, string name) => folder == Root ? name : $"{folder}/{name}";

    public static (string Folder, string Name) Split(string path) =>
        path.LastIndexOf('/') is var at and >= 0 ? (path[..at], path[(at + 1)..]) : (Root, path);

    /// <summary>A relative path that cannot leave its tree: no empty name, no "." or "..", no zero byte.</summary>
    public static bool IsPath(string path) =>
        path.Length is > 0 and <= MaximumPathBytes && path.Split('/').All(name => name.Length is > 0 and <= MaximumNameBytes && name is not ("." or "..") && !name.Contains('\0', StringComparison.Ordinal));
}
