using Microsoft.Extensions.Time.Testing;
using Rebalancer.Agent.Transfer;
using Rebalancer.Agent.Transfer.Images;

namespace Rebalancer.Agent.Tests.Transfer.Images;

public sealed class RecordPackerTests : IDisposable
{
    private const double BytesPerSecond = 1 << 20;
    private readonly FakeTimeProvider clock = new();
    private readonly RecordPacker packer;

    public RecordPackerTests() => packer = new RecordPacker(clock);

    public void Dispose() => packer.Dispose();

    [Fact]
    public async Task Pack_LinkIsTheLimit_IsUsedAndCounted()
    {
        var wire = await SendAsync(noise: 0, isCap: false, records: 40);

        Assert.True(wire[^1] < TransferLimits.ChunkBytes / 10);
        Assert.True(packer.BytesBefore > packer.BytesAfter * 10);
    }

    [Fact]
    public async Task Pack_LinkTakesAllAtOnce_IsNotUsed()
    {
        for (var i = 0; i < 40; i++)
        {
            packer.Begin();
            Assert.True(packer.Pack(Head, Record(0)).IsEmpty);
            clock.Advance(TimeSpan.FromMilliseconds(20));
            packer.End(Head.DataBytes, Head.DataBytes);
        }
        Assert.Equal(0, packer.BytesBefore);
    }

    [Theory]
    // Three times as fast: so is the freeze.
    [InlineData(0.3, true)]
    // A quarter faster: that is what compressing beside CRIU might cost.
    [InlineData(0.78, false)]
    public async Task Pack_InTheFreeze_OnlyWhereItPaysFarMore(double noise, bool isUsed)
    {
        var wire = await SendAsync(noise, isCap: false, records: 40);
        Assert.True(wire[^1] < TransferLimits.ChunkBytes);

        packer.IsFrozen = true;

        Assert.Equal(isUsed, !packer.Pack(Head, Record(noise)).IsEmpty);
    }

    [Fact]
    public async Task Pack_AfterTheCapIsGone_LearnsTheLinkAnew()
    {
        _ = await SendAsync(noise: 0, isCap: true, records: 40);
        Assert.False(packer.Pack(Head, Record(0)).IsEmpty);

        packer.Uncap();

        Assert.True(packer.Pack(Head, Record(0)).IsEmpty);
    }

    private static ImageRecord Head => new(TransferLimits.ChunkBytes, 1, ImageRecordKind.Pages, 0);

    /// <param name="noise">Part of the data that does not compress.</param>
    private static byte[] Record(double noise)
    {
        var record = new byte[ImageRecord.HeadBytes + 1 + TransferLimits.ChunkBytes];
        new Random(7).NextBytes(record.AsSpan(ImageRecord.HeadBytes + 1, (int)(TransferLimits.ChunkBytes * noise)));
        return record;
    }

    /// <returns>Bytes on the wire of each record.</returns>
    private async Task<List<int>> SendAsync(double noise, bool isCap, int records)
    {
        var (record, sizes) = (Record(noise), new List<int>());
        for (var i = 0; i < records; i++)
        {
            packer.Begin();
            var packed = packer.Pack(Head, record);
            sizes.Add(packed.IsEmpty ? record.Length : packed.Length);
            var taken = new TaskCompletionSource();
            var waited = packer.CountAsync(new ValueTask(taken.Task), isCap);
            clock.Advance(TimeSpan.FromSeconds(sizes[^1] / BytesPerSecond));
            taken.SetResult();
            await waited;
            packer.End(Head.DataBytes, sizes[^1]);
        }
        return sizes;
    }
}
