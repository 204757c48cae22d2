using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Rebalancer.Runtime.Arguments;

namespace Rebalancer.Runtime.Runc;

/// <summary>Writes to runc's log as runc does: containerd's shim takes the last error of that file as the reason of a failed call.</summary>
internal static class RuncLog
{
    public static void Write(RuncArguments call, string message, TimeProvider clock)
    {
        if (call.Log.Length == 0) { return; }
        var time = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        try
        {
            using var file = new FileStream(call.Log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
            file.Write(call.IsJsonLog ? Json(message, time) : System.Text.Encoding.UTF8.GetBytes($"time=\"{time}\" level=error msg=\"{Quoted(message)}\"\n"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The message still goes to standard error, which the shim falls back to.
        }
    }

    private static string Quoted(string message) => message.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static ReadOnlySpan<byte> Json(string message, string time)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("level", "error");
            writer.WriteString("msg", message);
            writer.WriteString("time", time);
            writer.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenSpan;
    }
}
