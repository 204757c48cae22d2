using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Volumes;

/// <summary>Files as block devices of this machine.</summary>
internal static class LoopDevices
{
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(5);

    /// <returns>/dev/loopN.</returns>
    public static async Task<string> AttachAsync(string file, CancellationToken cancel) => (await Command.CheckedAsync(["losetup", "--find", "--show", file], cancel)).Trim();

    /// <summary>The kernel lets go of a device only when nothing is mounted from it any more, in whatever mount namespace, and nobody has it open.</summary>
    /// <returns>False: somebody still had it after a while.</returns>
    public static async Task<bool> TryDetachAsync(string device, CancellationToken cancel)
    {
        await Command.RunAsync(["losetup", "--detach", device], cancel);
        try
        {
            await Poll.UntilAsync(() => !File.Exists(BackingOf(Path.GetFileName(device))), ReleaseLimit, $"{device} released", cancel);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Devices of files below a folder.</summary>
    public static IReadOnlyList<string> Below(string folder) =>
        [.. Directory.EnumerateDirectories("/sys/block", "loop*").Select(path => Path.GetFileName(path)).Where(name => FileOf(name).StartsWith(folder + "/", StringComparison.Ordinal)).Select(name => "/dev/" + name)];

    public static string FileOf(string name)
    {
        try
        {
            return File.ReadAllText(BackingOf(name));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has none.
            return "";
        }
    }

    private static string BackingOf(string name) => $"/sys/block/{name}/loop/backing_file";
}
