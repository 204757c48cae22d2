using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Host;

/// <summary>Only one lab per slot: a file lock that dies with its process.</summary>
internal sealed class SlotLock : IDisposable
{
    private readonly LabSlot slot;
    private readonly FileStream file;

    private SlotLock(LabSlot slot, FileStream file)
    {
        this.slot = slot;
        this.file = file;
    }

    /// <exception cref="LabException">Another lab held the slot for the whole limit.</exception>
    public static async Task<SlotLock> AcquireAsync(LabSlot slot, TimeSpan limit, TextWriter log, CancellationToken cancel)
    {
        SlotLock? taken = null;
        var told = false;
        try
        {
            await Poll.UntilAsync(
                () =>
                {
                    taken = TryTake(slot);
                    if (taken is null && !told)
                    {
                        told = true;
                        log.WriteLine($"lab {slot.Name} is in use by {Owner(slot)}; waiting up to {limit.TotalSeconds:0} s");
                    }

                    return taken is not null;
                },
                limit,
                "lab free",
                cancel);
        }
        catch (TimeoutException)
        {
            throw new LabException($"lab {slot.Name} is in use by {Owner(slot)} (lock {slot.LockFile}); end it, or pass --slot NAME to run a second lab");
        }

        return taken!;
    }

    private static SlotLock? TryTake(LabSlot slot)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(slot.LockFile)!);
            var file = new FileStream(slot.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(slot.OwnerFile, $"process {Environment.ProcessId} ({Environment.CommandLine})");
            return new SlotLock(slot, file);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string Owner(LabSlot slot) => File.Exists(slot.OwnerFile) ? File.ReadAllText(slot.OwnerFile) : "an unknown process";

    public void Dispose()
    {
        File.Delete(slot.OwnerFile);
        file.Dispose();
    }
}
