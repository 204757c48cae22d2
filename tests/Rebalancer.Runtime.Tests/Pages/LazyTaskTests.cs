using Rebalancer.Agent.Local.Memory;
using Rebalancer.Runtime.Pages;
using Xunit;

namespace Rebalancer.Runtime.Tests.Pages;

public sealed class LazyTaskTests : IDisposable
{
    private const int Pid = 7, Pages = 8;
    private readonly string folder = Directory.CreateTempSubdirectory("lazy-").FullName;
    private readonly FaultedMemory memory = new(Pages);
    private readonly List<ulong> wanted = [];

    public void Dispose()
    {
        memory.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>CRIU hands the descriptor over first, and then puts the mappings into their places: what comes in between is not to be given up.</summary>
    [Fact]
    public void Came_BeforeTheMappingIsThere_IsFilledOnceItIs()
    {
        using var store = Store(late: [memory.Page(1), memory.Page(2)]);
        using var task = Task(store);

        task.Came(memory.Page(1));
        task.Came(memory.Page(2));
        Assert.False(task.IsDone);
        memory.Register();
        task.IsRestored = true;
        FillAll(task);
        // What was forgotten reads as zeros from here on.
        task.Dispose();

        Assert.Equal(Enumerable.Range(0, Pages).Select(Content), Enumerable.Range(0, Pages).Select(memory.First));
    }

    [Fact]
    public void Came_AfterTheRestore_IsFilledAtOnce()
    {
        using var store = Store(late: [memory.Page(1), memory.Page(2)]);
        using var task = Task(store);
        memory.Register();
        task.IsRestored = true;

        task.Came(new PageRange(memory.Page(1).Start, memory.Page(2).End));
        task.Dispose();

        Assert.Equal([Content(1), Content(2)], new[] { memory.First(1), memory.First(2) });
    }

    /// <summary>The restore itself touches memory, and waits for it.</summary>
    [Fact]
    public async Task Came_SomebodyWaitsBeforeTheRestoreIsFinished_GetsItsPageAndNobodyElseDoes()
    {
        using var store = Store(late: [memory.Page(1), memory.Page(2)]);
        using var task = Task(store);
        memory.Register();
        var waiting = System.Threading.Tasks.Task.Factory.StartNew(() => memory.First(2), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        while (wanted.Count == 0) { _ = task.HandleEvents(); }
        Assert.Equal(memory.Page(2).Start, Assert.Single(wanted));
        Assert.False(waiting.IsCompleted);

        task.Came(new PageRange(memory.Page(1).Start, memory.Page(2).End));

        Assert.Equal(Content(2), await waiting);
        Assert.True(task.CanFill);
        task.IsRestored = true;
        FillAll(task);
        task.Dispose();
        Assert.Equal(Content(1), memory.First(1));
    }

    private static byte Content(int page) => (byte)(page + 1);

    private static void FillAll(LazyTask task)
    {
        while (!task.IsDone) { task.Fill(); }
    }

    private LazyTask Task(PageStore store) => new(Pid, memory.Fault, store, [memory.Range], (_, page) => wanted.Add(page));

    /// <summary>Every page is in it already, the late ones too.</summary>
    private PageStore Store(PageRange[] late)
    {
        var blocks = Enumerable.Range(0, Pages).Select(page => memory.Page(page).Start >> PageSet.BlockShift).Distinct().Order().ToList();
        var regions = blocks.ToDictionary(block => (Pid, block), block => (uint)blocks.IndexOf(block));
        using (var file = File.Create(Path.Combine(folder, PageIndex.StoreName)))
        {
            file.SetLength(blocks.Count * PageSet.BlockBytes);
            for (var page = 0; page < Pages; page++)
            {
                var start = memory.Page(page).Start;
                file.Position = PageIndex.Offset(regions[(Pid, start >> PageSet.BlockShift)], start);
                file.WriteByte(Content(page));
            }
        }
        PageIndex.Write(Path.Combine(folder, PageIndex.IndexName), regions);
        LatePagesFile.Write(folder, [.. late.Select(range => new LatePages(Pid, regions[(Pid, range.Start >> PageSet.BlockShift)], range))]);
        return PageStore.Open(folder);
    }
}
