using System.Diagnostics;
using Rebalancer.Agent.Checkpoint;
using Rebalancer.Agent.Preflight;

namespace Rebalancer.Agent.Tests.Checkpoint;

public sealed class PodFreezeTests : IDisposable
{
    private const string Program = "#include <unistd.h>\nint main(void) { if (vfork() == 0) { pause(); _exit(0); } return 0; }";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly string folder = Directory.CreateTempSubdirectory("rebalancer-freeze-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>A real one: the kernel's name for where it waits is what is looked for.</summary>
    [Fact]
    public async Task WaitingParent_ProcessThatHasMadeAChildByVfork_IsFound()
    {
        var program = Path.Combine(folder, "vfork");
        await File.WriteAllTextAsync(program + ".c", Program);
        using (var compiler = Process.Start("gcc", ["-o", program, program + ".c"])) { await compiler.WaitForExitAsync(); }
        using var parent = Process.Start(program);
        try
        {
            var child = await ChildAsync(parent.Id);
            var freeze = new PodFreeze(new ProcFolder(), TimeProvider.System);

            Assert.Equal(parent.Id, freeze.WaitingParent([Environment.ProcessId, child, parent.Id]));
            Assert.Null(freeze.WaitingParent([Environment.ProcessId, child]));
        }
        finally
        {
            parent.Kill(entireProcessTree: true);
        }
    }

    private static async Task<int> ChildAsync(int parent)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            var children = await File.ReadAllTextAsync($"/proc/{parent}/task/{parent}/children", limit.Token);
            if (children.Length > 0) { return int.Parse(children.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture); }
            await Task.Delay(10, limit.Token);
        }
    }
}
