using System.Buffers.Binary;
using Rebalancer.Agent.Transfer;
using Rebalancer.Agent.Transfer.Images;
using ZstdSharp;

namespace Rebalancer.Agent.Tests.Transfer.Images;

public sealed class PackedDataTests : IDisposable
{
    private readonly Compressor compressor = PackedData.NewCompressor();
    private readonly Decompressor decompressor = new();
    private readonly byte[] room = new byte[TransferLimits.ChunkBytes];

    public void Dispose()
    {
        compressor.Dispose();
        decompressor.Dispose();
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(TransferLimits.ChunkBytes)]
    public void Unpack_WhatWasPacked_IsTheSame(int bytes)
    {
        var data = Text(bytes);

        var packed = Pack(data);

        Assert.InRange(packed.Length, 1, bytes / 10);
        Assert.Equal(data, room[..PackedData.Unpack(decompressor, packed, room)]);
    }

    [Fact]
    public void Pack_Noise_IsNotWorthIt()
    {
        var noise = new byte[64 << 10];
        new Random(7).NextBytes(noise);

        Assert.Empty(Pack(noise));
    }

    [Fact]
    public void Unpack_MoreThanAChunk_IsRefusedBeforeItIsMade()
    {
        // 64 MiB of zeros in a few KB.
        var bomb = compressor.Wrap(new byte[64 << 20]).ToArray();

        Assert.Throws<TransferException>(() => PackedData.Unpack(decompressor, Announcing(64 << 20, bomb), room));
        Assert.Throws<TransferException>(() => PackedData.Unpack(decompressor, Announcing(TransferLimits.ChunkBytes, bomb), room));
        Assert.Throws<TransferException>(() => PackedData.Unpack(decompressor, Announcing(uint.MaxValue, bomb), room));
    }

    [Theory]
    [InlineData(4095)]
    [InlineData(4097)]
    [InlineData(0)]
    public void Unpack_OtherThanAnnounced_IsRefused(uint announced)
    {
        var frame = Pack(Text(4096))[PackedData.HeadBytes..];

        Assert.Throws<TransferException>(() => PackedData.Unpack(decompressor, Announcing(announced, frame), room));
    }

    [Fact]
    public void Unpack_Garbage_IsRefused()
    {
        var random = new Random(7);
        for (var length = 0; length < 200; length++)
        {
            var garbage = new byte[length];
            random.NextBytes(garbage);
            Assert.Throws<TransferException>(() => PackedData.Unpack(decompressor, Announcing(4096, garbage), room));
        }
        Assert.Throws<TransferException>(() => PackedData.Unpack(decompressor, [1, 2, 3], room));
    }

    private byte[] Pack(byte[] data)
    {
        var packed = new byte[data.Length + PackedData.HeadBytes];
        return packed[..PackedData.Pack(compressor, data, packed)];
    }

    private static byte[] Announcing(uint bytes, ReadOnlySpan<byte> frame)
    {
        var packed = new byte[PackedData.HeadBytes + frame.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(packed, bytes);
        frame.CopyTo(packed.AsSpan(PackedData.HeadBytes));
        return packed;
    }

    private static byte[] Text(int bytes) => [.. Enumerable.Range(0, bytes).Select(i => (byte)(i / 100))];
}
