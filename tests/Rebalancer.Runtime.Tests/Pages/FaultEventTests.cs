using System.Buffers.Binary;
using Rebalancer.Runtime.Pages;
using Xunit;

namespace Rebalancer.Runtime.Tests.Pages;

public sealed class FaultEventTests
{
    [Theory]
    [InlineData(0x12, nameof(FaultKind.PageFault))]
    [InlineData(0x13, nameof(FaultKind.Fork))]
    [InlineData(0x14, nameof(FaultKind.Remap))]
    [InlineData(0x15, nameof(FaultKind.Remove))]
    [InlineData(0x16, nameof(FaultKind.Unmap))]
    public void Parse_EachKind_KindAndNumbers(byte kind, string expected)
    {
        var message = new byte[32];
        message[0] = kind;
        for (var i = 0; i < 3; i++) { BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(8 * (i + 1)), (ulong)(i + 1) << 12); }

        Assert.Equal(new FaultEvent(Enum.Parse<FaultKind>(expected), 1 << 12, 2 << 12, 3 << 12), FaultEvent.Parse(message));
    }
}
