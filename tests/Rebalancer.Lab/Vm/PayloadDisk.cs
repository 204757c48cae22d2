using Rebalancer.Lab.Processes;
using Rebalancer.Lab.Product;

namespace Rebalancer.Lab.Vm;

/// <summary>What the guest gets beside Debian: the kernel's modules, .NET, and of the work tree what was built.</summary>
internal static class PayloadDisk
{
    private static readonly TimeSpan CopyLimit = TimeSpan.FromMinutes(5);

    /// <summary>Of the SDK only what runs tests; its compilers stay away.</summary>
    private static readonly string[] SdkFolders = ["Extensions", "Microsoft", "runtimes"];

    /// <summary>Of the work tree; a guest has no room for more than what it runs.</summary>
    private static readonly string[] Tree =
    [
        "Rebalancer.sln", "manifests", "artifacts/publish", "tests/Rebalancer.Lab/bin", "tests/Rebalancer.Lab.Tests/bin", "tests/Rebalancer.Agent.Tests/bin",
    ];

    /// <summary>Fills the folder of which the disk is made.</summary>
    public static async Task StageAsync(string folder, GuestKernel kernel, IReadOnlyList<string> command, CancellationToken cancel)
    {
        var dotnet = Path.GetDirectoryName(new FileInfo("/usr/bin/dotnet").ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Environment.ProcessPath!)!;
        var sdk = Directory.GetDirectories($"{dotnet}/sdk").Order(StringComparer.Ordinal).Last();
        var tree = $"{folder}/tree";
        await CopyAsync(kernel.Modules, $"{folder}/modules/{kernel.Version}", cancel);
        foreach (var part in (string[])["dotnet", "host", "shared"]) { await CopyAsync($"{dotnet}/{part}", $"{folder}/dotnet/{part}", cancel); }
        foreach (var part in Directory.GetFiles(sdk).Concat(SdkFolders.Select(part => $"{sdk}/{part}"))) { await CopyAsync(part, $"{folder}/dotnet/sdk/{Path.GetFileName(sdk)}/{Path.GetFileName(part)}", cancel); }
        foreach (var part in Tree.Where(part => Path.Exists($"{Published.Repository}/{part}"))) { await CopyAsync($"{Published.Repository}/{part}", $"{tree}/{part}", cancel); }
        await File.WriteAllTextAsync($"{folder}/command", string.Concat(command.Select(word => word + "\0")), cancel);
        await File.WriteAllTextAsync($"{folder}/vm-guest.sh", VmScripts.Read("vm-guest.sh"), cancel);
    }

    private static async Task CopyAsync(string from, string to, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        await Command.CheckedAsync(["cp", "-a", from, to], cancel, limit: CopyLimit);
    }
}
