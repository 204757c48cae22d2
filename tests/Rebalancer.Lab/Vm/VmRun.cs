using Rebalancer.Lab.Host;
using Rebalancer.Lab.Processes;
using Rebalancer.Lab.Product;

namespace Rebalancer.Lab.Vm;

/// <summary>Runs a command in a virtual machine with a kernel of Debian's, as `exec` runs one on this machine's.</summary>
internal static class VmRun
{
    private const int ScratchMegabytes = 16_384;

    /// <returns>The command's exit code.</returns>
    /// <exception cref="LabException">There was no virtual machine to the end.</exception>
    public static async Task<int> RunAsync(VmOptions options, TextWriter log, TimeProvider time, CancellationToken cancel)
    {
        Published.EnsureComplete();
        await HostPackages.EnsureAsync(log, cancel, HostPackages.ForVirtualMachines);
        await RootFileSystem.EnsureAsync(log, cancel);
        var kernel = await GuestKernel.EnsureAsync(options.Cache, log, cancel);
        var started = time.GetTimestamp();
        Directory.CreateDirectory(options.Artifacts);
        Directory.CreateDirectory(options.Folder);
        try
        {
            var disks = await MakeDisksAsync(options, kernel, log, cancel);
            await using var console = new StreamWriter($"{options.Artifacts}/console.log") { AutoFlush = true };
            log.WriteLine($"booting {kernel.Version}, {options.Processors} emulated processors, its clock {options.SlowDown} times slower than the world's; console in {options.Artifacts}/console.log");
            var exitCode = await new GuestMachine(options, kernel).RunAsync($"{options.Folder}/boot", disks, line => Show(line, console, log, time.GetElapsedTime(started)), cancel);
            await GuestDisk.ReadAsync(disks[^1], "/artifacts", options.Artifacts, cancel);
            log.WriteLine($"the command ended with {exitCode} after {time.GetElapsedTime(started).TotalMinutes:0.0} minutes; what it left is in {options.Artifacts}/artifacts");
            return exitCode;
        }
        finally
        {
            Directory.Delete(options.Folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<string>> MakeDisksAsync(VmOptions options, GuestKernel kernel, TextWriter log, CancellationToken cancel)
    {
        // Shared by all runs, and only read.
        var debian = $"{RootFileSystem.Path}.ext4";
        if (!File.Exists(debian))
        {
            log.WriteLine($"making {debian} of the nodes' root file system (once)");
            await GuestDisk.FromFolderAsync(RootFileSystem.Path, debian, cancel);
        }

        var (staged, payload, scratch) = ($"{options.Folder}/staged", $"{options.Folder}/payload", $"{options.Folder}/scratch");
        Directory.CreateDirectory(staged);
        await PayloadDisk.StageAsync(staged, kernel, options.Command, cancel);
        await GuestDisk.FromFolderAsync(staged, payload, cancel);
        await GuestDisk.EmptyAsync(scratch, ScratchMegabytes, cancel);
        await BootDisk.WriteAsync($"{options.Folder}/boot", kernel, cancel);
        return [debian, payload, scratch];
    }

    private static void Show(string line, StreamWriter console, TextWriter log, TimeSpan since)
    {
        var stamped = $"{(int)since.TotalMinutes,3}:{since.Seconds:00}  {line}";
        console.WriteLine(stamped);
        log.WriteLine(stamped);
    }
}
