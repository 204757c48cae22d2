using System.Globalization;
using Rebalancer.Lab.Host;
using Rebalancer.Lab.Product;

namespace Rebalancer.Lab.Vm;

/// <summary>How the virtual machine is made and what runs in it.</summary>
internal sealed record VmOptions
{
    /// <summary>In the guest's copy of the work tree.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>
    /// How many times slower than the world's the guest's clock goes. An emulated processor is 20 to 50 times slower than the machine's own, and every time
    /// limit, the product's and the tests' alike, would end too early: this gives room to all of them at one place, and the guest cannot tell.
    /// </summary>
    public int SlowDown { get; init; } = 10;

    /// <summary>Of the whole run, by the world's clock.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(45);

    public int MemoryMegabytes { get; init; } = 6144;

    public int Processors { get; init; } = Math.Clamp(Environment.ProcessorCount, 2, 8);

    /// <summary>Gets console.log and what the command left in its artifacts.</summary>
    public string Artifacts { get; init; } = $"{Published.Repository}/artifacts/lab-vm";

    /// <summary>Images and scratch space of a run.</summary>
    public string Folder { get; init; } = $"/var/lib/rebalancer-lab/vm-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Kernels and disks that later runs use again.</summary>
    public string Cache { get; init; } = RootFileSystem.CacheFolder;
}
