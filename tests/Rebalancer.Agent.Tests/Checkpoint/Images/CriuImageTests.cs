using Rebalancer.Agent.Local.Criu.Images;
using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Tests.Checkpoint.Images;

public sealed class CriuImageTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("criu-images-").FullName;

    private string Path => System.IO.Path.Combine(folder, "image.img");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Pagemap_WrittenAndRead_IsTheSame()
    {
        var image = new PagemapImage(7, [new(new PageRange(0x1000, 0x3000), PagemapFlags.Lazy), new(new PageRange(0x7f0000000000, 0x7f0000001000), PagemapFlags.Present)]);
        image.Write(Path);

        var read = PagemapImage.Read(Path);

        Assert.Equal(image.PagesId, read.PagesId);
        Assert.Equal(image.Entries, read.Entries);
    }

    /// <summary>As CRIU 4.2 writes it: magic numbers, head with pages_id 1, one entry with flags PE_PRESENT and both page counts.</summary>
    [Fact]
    public void Pagemap_BytesOfCriu_AreUnderstood()
    {
        File.WriteAllBytes(Path, Convert.FromHexString("19435654254008560200000008010e0000000880c0fcfad1ff1f100220042802"));

        var read = PagemapImage.Read(Path);

        Assert.Equal(1U, read.PagesId);
        Assert.Equal((2L, PagemapFlags.Present), (read.Entries[0].Range.Pages, read.Entries[0].Flags));
    }

    [Fact]
    public void SetGuards_ReplacesThoseThatAreThere_AndKeepsTheRest()
    {
        var area = new WireWriter().Number(1, 0x10000).Number(2, 0x20000).Number(6, 0x22).Number(7, 0x201).ToArray();
        var guard = new WireWriter().Number(1, 0x5000).Number(2, 0x6000).Number(7, ImageArea.GuardStatus).ToArray();
        CriuImageFile.Write(Path, CriuImageFile.MemoryMagic, [new WireWriter().Number(1, 42).Bytes(14, guard).Bytes(14, area).Number(17, 1).ToArray()]);

        MemoryImage.SetGuards(Path, [new PageRange(0x11000, 0x12000)]);

        var areas = MemoryImage.Read(Path);
        Assert.Equal([new PageRange(0x10000, 0x20000), new PageRange(0x11000, 0x12000)], areas.Select(each => each.Range));
        Assert.Equal(ImageArea.GuardStatus, areas[1].Status);
        Assert.True(areas[0].CanBeLazy);
        var others = new List<int>();
        for (var fields = new WireReader(CriuImageFile.Read(Path, CriuImageFile.MemoryMagic)[0]); fields.Next();) { if (fields.Field != 14) { others.Add(fields.Field); } }
        Assert.Equal([1, 17], others);
    }

    /// <summary>Address space that is only set aside, a library's code, memory in use, and what CRIU treats apart (the vDSO, shared memory).</summary>
    [Theory]
    [InlineData(0, 0x22, 0x201, 0x4022)]
    [InlineData(5, 0x02, 0x41, 0x4002)]
    [InlineData(0, 0x4022, 0x201, 0x4022)]
    [InlineData(3, 0x22, 0x201, 0x22)]
    [InlineData(5, 0x22, 0x209, 0x22)]
    [InlineData(1, 0x21, 0x101, 0x21)]
    public void ReserveNothing_WhereNobodyMayWrite_SetsNoReserve(ulong protection, ulong flags, ulong status, uint expected)
    {
        var area = new WireWriter().Number(1, 0x10000).Number(2, 0x20000).Number(5, protection).Number(6, flags).Number(7, status).Number(8, 1).ToArray();
        CriuImageFile.Write(Path, CriuImageFile.MemoryMagic, [new WireWriter().Number(1, 42).Bytes(14, area).Number(17, 1).ToArray()]);

        MemoryImage.ReserveNothing(Path);

        Assert.Equal(new ImageArea(new PageRange(0x10000, 0x20000), expected, (uint)status, (uint)protection), Assert.Single(MemoryImage.Read(Path)));
        var length = new WireReader(CriuImageFile.Read(Path, CriuImageFile.MemoryMagic)[0]);
        Assert.True(length.Next() && length is { Field: 1, Value: 42 });
    }

    /// <summary>As CRIU 4.2 reads it: the magic numbers of its own files, then dev, inode and path. CRIU drops a path's first character.</summary>
    [Fact]
    public void InodeCache_Entries_AreAsCriuReadsThem()
    {
        InodeCacheImage.Write(folder, [(0x2a, 7, "/"), (0x2a, 300, "/app")]);

        Assert.Equal("40591055" + "59400057" + "08000000" + "082a10071a022f2e" + "0b000000" + "082a10ac021a042f617070", Convert.ToHexStringLower(File.ReadAllBytes(System.IO.Path.Combine(folder, InodeCacheImage.FileName))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("19435654")]
    [InlineData("1943565400000000")]
    [InlineData("1943565425400856FFFFFFFF00")]
    [InlineData("194356542540085603000000080108")]
    [InlineData("1943565425400856020000000801020000000880")]
    [InlineData("194356542540085602000000080104000000080110FF")]
    public void Read_NoSuchImage_ThrowsAndNamesIt(string hex)
    {
        File.WriteAllBytes(Path, Convert.FromHexString(hex));

        Assert.Throws<InvalidDataException>(() => PagemapImage.Read(Path));
    }
}
