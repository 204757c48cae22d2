using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Rebalancer.Lab.Host;

namespace Rebalancer.Lab.Vm;

/// <summary>The virtual machine: an emulated one, since not every machine lets its guests have guests.</summary>
internal sealed partial class GuestMachine(VmOptions options, GuestKernel kernel)
{
    private const string Qemu = "qemu-system-x86_64";
    private const int KilohertzPerMegahertz = 1000;

    /// <param name="bootDisk">Initial RAM file system.</param>
    /// <param name="disks">In the order of their letters; all but the last are read only.</param>
    /// <param name="console">Gets every line of the guest's console.</param>
    /// <param name="cancel">Ends the machine.</param>
    /// <returns>The exit code of the guest's command.</returns>
    /// <exception cref="LabException">It did not end within the limit, or without an exit code.</exception>
    public async Task<int> RunAsync(string bootDisk, IReadOnlyList<string> disks, Action<string> console, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(options.Limit);
        using var process = await StartAsync(new ProcessStartInfo("setpriv", ["--pdeathsig", "KILL", Qemu, .. Arguments(bootDisk, disks)]) { RedirectStandardOutput = true, RedirectStandardInput = true });
        int? exitCode = null;
        try
        {
            while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                console(line.TrimEnd('\r'));
                exitCode ??= ExitCode(line);
            }

            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new LabException($"the virtual machine did not end within {options.Limit.TotalMinutes:0} minutes");
        }
        finally
        {
            if (!process.HasExited) { process.Kill(); }
        }

        return exitCode ?? throw new LabException($"the virtual machine ended without an exit code of its command; {Qemu} ended with {process.ExitCode}");
    }

    /// <summary>"lab-vm: exit code 1".</summary>
    public static int? ExitCode(string line) => ExitLine().Match(line) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;

    /// <summary>The parent-death signal is sent when the thread ends that started the child, so one stays with it.</summary>
    private static Task<Process> StartAsync(ProcessStartInfo info)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                var process = Process.Start(info)!;
                started.SetResult(process);
                process.WaitForExit();
            }
            catch (Exception error)
            {
                started.TrySetException(error);
            }
        }) { Name = "vm", IsBackground = true }.Start();
        return started.Task;
    }

    private IEnumerable<string> Arguments(string bootDisk, IReadOnlyList<string> disks)
    {
        string[] machine = ["-M", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", Number(options.Processors), "-m", Number(options.MemoryMegabytes)];
        string[] surroundings = ["-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio"];
        string[] boot = ["-kernel", kernel.Image, "-initrd", bootDisk, "-append", KernelCommandLine()];
        return [.. machine, .. surroundings, .. boot, .. disks.SelectMany((disk, at) => Drive(disk, isReadOnly: at < disks.Count - 1))];
    }

    /// <summary>
    /// The guest is told that its cycle counter, which is the host's, counts so many times faster than it does: then its clock is so many times slower. It
    /// must believe the counter, and not compare it with the emulated timer chips, which keep the world's time.
    /// </summary>
    private string KernelCommandLine()
    {
        var clock = options.SlowDown == 1 ? "" : $" tsc_early_khz={Number(HostKilohertz() * options.SlowDown)} tsc=reliable clocksource=tsc";
        return $"console=ttyS0 quiet panic=-1 mitigations=off{clock}";
    }

    private static string[] Drive(string path, bool isReadOnly) => ["-drive", $"file={path},if=virtio,format=raw,cache=unsafe,readonly={(isReadOnly ? "on" : "off")}"];

    private static int HostKilohertz()
    {
        var line = File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("cpu MHz", StringComparison.Ordinal));
        return (int)(double.Parse(line.Split(':')[1], CultureInfo.InvariantCulture) * KilohertzPerMegahertz);
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^lab-vm: exit code (\d+)\s*$")]
    private static partial Regex ExitLine();
}
