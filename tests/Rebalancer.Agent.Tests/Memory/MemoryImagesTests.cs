using Rebalancer.Agent.Local.Criu.Images;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Memory;

namespace Rebalancer.Agent.Tests.Memory;

public sealed class MemoryImagesTests : IDisposable
{
    private const PagemapFlags AsDumped = PagemapFlags.Present | PagemapFlags.Lazy;
    private readonly string folder = Directory.CreateTempSubdirectory("rebalancer-images-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void LeaveToCriu_ProcessThatNobodyTracks_IsNotAskedOfThePageServer()
    {
        PagemapEntry[] dumped = [new(new PageRange(0x1000, 0x3000), AsDumped), new(new PageRange(0x5000, 0x6000), PagemapFlags.Present), new(new PageRange(0x8000, 0x9000), AsDumped)];
        Write(PagemapImage.NameOf(7), dumped);
        PagemapEntry[] tracked = [new(new PageRange(0x1000, 0x3000), PagemapFlags.Lazy)];
        Write(PagemapImage.NameOf(1), tracked);
        Write("pagemap-shmem-3.img", dumped);

        var left = MemoryImages.LeaveToCriu(folder, new HashSet<int> { 1 });

        Assert.Equal(1, left);
        Assert.Equal(dumped.Select(entry => entry with { Flags = PagemapFlags.Present }), Read(PagemapImage.NameOf(7)));
        Assert.Equal(tracked, Read(PagemapImage.NameOf(1)));
        Assert.Equal(dumped, Read("pagemap-shmem-3.img"));
    }

    private void Write(string name, PagemapEntry[] entries) => new PagemapImage(2, entries).Write(Path.Combine(folder, name));

    private IReadOnlyList<PagemapEntry> Read(string name) => PagemapImage.Read(Path.Combine(folder, name)).Entries;
}
