using System.Globalization;
using System.Text;

namespace Rebalancer.Benchmarks.Migration.Load;

/// <summary>SET commands of random values, one after another in a buffer that is sent at once.</summary>
internal sealed class ValueCommands(int batch)
{
    private const int CommandBytes = RandomValues.Bytes + 128;
    private readonly byte[] buffer = new byte[batch * CommandBytes];
    private int filled;

    public ReadOnlySpan<byte> Pending => buffer.AsSpan(0, filled);

    public void Clear() => filled = 0;

    public void Set(int key, long version)
    {
        var name = Key(key);
        Append(string.Create(CultureInfo.InvariantCulture, $"*3\r\n$3\r\nSET\r\n${name.Length}\r\n{name}\r\n${RandomValues.Bytes}\r\n"));
        RandomValues.Fill(buffer.AsSpan(filled, RandomValues.Bytes), key, version);
        filled += RandomValues.Bytes;
        Append("\r\n");
    }

    public static string Key(int key) => string.Create(CultureInfo.InvariantCulture, $"value:{key}");

    private void Append(string text) => filled += Encoding.ASCII.GetBytes(text, buffer.AsSpan(filled));
}
