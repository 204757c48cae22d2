using System.Globalization;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Vm;

/// <summary>Files that are a guest's disks, each with an ext4 file system.</summary>
internal static class GuestDisk
{
    private static readonly TimeSpan MakeLimit = TimeSpan.FromMinutes(10);

    /// <summary>Room beside the files themselves, for what the file system needs.</summary>
    private const double Headroom = 1.3;
    private const int LeastMegabytes = 64;

    /// <summary>A disk with the content of a folder.</summary>
    public static async Task FromFolderAsync(string folder, string path, CancellationToken cancel)
    {
        var used = await Command.CheckedAsync(["du", "-sm", "--apparent-size", folder], cancel, limit: MakeLimit);
        var megabytes = (int)(int.Parse(used.Split('\t')[0], CultureInfo.InvariantCulture) * Headroom) + LeastMegabytes;
        await MakeAsync(["-O", "^has_journal", "-d", folder], path, megabytes, cancel);
    }

    /// <summary>An empty disk; it takes no room before something is written to it.</summary>
    public static Task EmptyAsync(string path, int megabytes, CancellationToken cancel) => MakeAsync([], path, megabytes, cancel);

    /// <summary>Copies a folder out of a disk that nobody uses.</summary>
    public static async Task ReadAsync(string path, string folder, string to, CancellationToken cancel)
    {
        Directory.CreateDirectory(to);
        await Command.CheckedAsync(["debugfs", "-R", $"rdump {folder} {to}", path], cancel, limit: MakeLimit);
    }

    /// <summary>It gets its name only when complete.</summary>
    private static async Task MakeAsync(IReadOnlyList<string> options, string path, int megabytes, CancellationToken cancel)
    {
        var unfinished = $"{path}.unfinished-{Environment.ProcessId}";
        await Command.CheckedAsync(["mke2fs", "-q", "-F", "-t", "ext4", .. options, unfinished, $"{megabytes}M"], cancel, limit: MakeLimit);
        File.Move(unfinished, path, overwrite: true);
    }
}
