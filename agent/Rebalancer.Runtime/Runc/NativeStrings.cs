using System.Runtime.InteropServices;

namespace Rebalancer.Runtime.Runc;

/// <summary>C strings and vectors of them. Never freed: the process becomes another one, or ends.</summary>
internal static class NativeStrings
{
    public static nint Of(string text) => Marshal.StringToCoTaskMemUTF8(text);

    /// <returns>A vector with the closing null.</returns>
    public static nint[] Of(IReadOnlyList<string> texts) => [.. texts.Select(Of), 0];

    /// <summary>Parts that each end with a NUL, as a vector with the closing null.</summary>
    public static nint[] Split(byte[] bytes)
    {
        var memory = Marshal.AllocCoTaskMem(bytes.Length + 1);
        Marshal.Copy(bytes, 0, memory, bytes.Length);
        Marshal.WriteByte(memory, bytes.Length, 0);
        var parts = new List<nint>();
        for (var start = 0; start < bytes.Length;)
        {
            parts.Add(memory + start);
            var end = Array.IndexOf(bytes, (byte)0, start);
            start = end < 0 ? bytes.Length : end + 1;
        }
        parts.Add(0);
        return [.. parts];
    }

    /// <summary>The path without links; null when nothing is there.</summary>
    public static string? RealPath(string path)
    {
        var real = NativeProcess.RealPath(Of(path), 0);
        return real == 0 ? null : Marshal.PtrToStringUTF8(real);
    }
}
