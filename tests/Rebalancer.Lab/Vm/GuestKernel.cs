using Rebalancer.Lab.Host;
using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Vm;

/// <summary>A Debian kernel for virtual machines, from its package but not installed.</summary>
/// <param name="Image">For the boot.</param>
/// <param name="Version">"6.1.0-40-cloud-amd64".</param>
/// <param name="Modules">Folder lib/modules/VERSION.</param>
internal sealed record GuestKernel(string Image, string Version, string Modules)
{
    private const string Newest = "linux-image-cloud-amd64";
    private static readonly TimeSpan DownloadLimit = TimeSpan.FromMinutes(10);

    /// <summary>The newest one of this machine's Debian release; kept for later runs.</summary>
    /// <exception cref="CommandException">It cannot be downloaded or unpacked.</exception>
    public static async Task<GuestKernel> EnsureAsync(string cache, TextWriter log, CancellationToken cancel)
    {
        var package = await FindPackageAsync(cancel);
        var folder = $"{cache}/{package}";
        var version = package["linux-image-".Length..];
        if (!Directory.Exists(folder))
        {
            log.WriteLine($"downloading {package} (about 30 MB, once)");
            await MakeAsync(package, version, folder, cancel);
        }

        return new GuestKernel($"{folder}/boot/vmlinuz-{version}", version, $"{folder}/lib/modules/{version}");
    }

    /// <summary>It gets its name only when complete, so that an interrupted download is never used.</summary>
    private static async Task MakeAsync(string package, string version, string folder, CancellationToken cancel)
    {
        var unfinished = $"{folder}.unfinished-{Environment.ProcessId}";
        Directory.CreateDirectory(unfinished);
        await Command.CheckedAsync(["sh", "-c", "cd \"$0\" && apt-get download -qq -o APT::Sandbox::User=root \"$1\" && dpkg-deb -x ./*.deb . && rm ./*.deb", unfinished, package], cancel, limit: DownloadLimit);
        // Where a package separates /usr from the root, modules lie below it.
        if (!Directory.Exists($"{unfinished}/lib")) { Directory.Move($"{unfinished}/usr/lib", $"{unfinished}/lib"); }
        await Command.CheckedAsync([$"{RootFileSystem.Path}/usr/bin/busybox", "depmod", "-b", unfinished, version], cancel, limit: DownloadLimit);
        Directory.Move(unfinished, folder);
    }

    private static async Task<string> FindPackageAsync(CancellationToken cancel)
    {
        if (await DependencyAsync(cancel) is { } known) { return known; }
        await Command.CheckedAsync(["apt-get", "update", "-qq"], cancel, limit: DownloadLimit);
        return await DependencyAsync(cancel) ?? throw new LabException($"Debian's package lists have no {Newest}");
    }

    /// <summary>"  Depends: linux-image-6.1.0-40-cloud-amd64".</summary>
    private static async Task<string?> DependencyAsync(CancellationToken cancel)
    {
        var shown = await Command.RunAsync(["apt-cache", "depends", "--important", Newest], cancel);
        return shown.Output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(word => word.StartsWith("linux-image-", StringComparison.Ordinal) && word != Newest);
    }
}
