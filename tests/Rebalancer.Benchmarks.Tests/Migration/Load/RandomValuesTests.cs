using System.Text;
using Rebalancer.Benchmarks.Migration.Load;

namespace Rebalancer.Benchmarks.Tests.Migration.Load;

public sealed class RandomValuesTests
{
    [Fact]
    public void Fill_SameKeyAndVersion_GivesTheSameValue() => Assert.Equal(Value(7, 3), Value(7, 3));

    [Fact]
    public void Fill_AnyOtherKeyOrVersion_GivesAnotherValueThroughout()
    {
        var words = (from key in Enumerable.Range(0, 20) from version in Enumerable.Range(0, 20) from word in Words(Value(key, version)) select word).ToArray();
        Assert.Equal(words.Length, words.Distinct().Count());
    }

    [Fact]
    public void Set_TwoValues_AreTwoCommands()
    {
        var commands = new ValueCommands(batch: 2);
        commands.Set(5, 1);
        commands.Set(6, 1);
        var expected = Encoding.ASCII.GetBytes("*3\r\n$3\r\nSET\r\n$7\r\nvalue:5\r\n$14304\r\n").Concat(Value(5, 1)).Concat("\r\n"u8.ToArray())
            .Concat(Encoding.ASCII.GetBytes("*3\r\n$3\r\nSET\r\n$7\r\nvalue:6\r\n$14304\r\n")).Concat(Value(6, 1)).Concat("\r\n"u8.ToArray());

        Assert.Equal(expected, commands.Pending.ToArray());
    }

    private static byte[] Value(int key, long version)
    {
        var value = new byte[RandomValues.Bytes];
        RandomValues.Fill(value, key, version);
        return value;
    }

    private static IEnumerable<ulong> Words(byte[] value) => value.Chunk(8).Select(chunk => BitConverter.ToUInt64(chunk));
}
