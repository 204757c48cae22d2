using System.Diagnostics;

namespace Rebalancer.Manifests.Tests;

/// <summary>The real kubectl, of the lab's root file system: older ones lack a part of kustomize.</summary>
internal static class Kubectl
{
    private const string Variable = "REBALANCER_KUBECTL";
    private const string CacheFolder = "/var/cache/rebalancer";

    public static string Repository { get; } = FindRepository();

    /// <returns>Its standard output.</returns>
    public static async Task<string> RunAsync(string kubeconfig, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program(), arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Repository };
        start.Environment["KUBECONFIG"] = kubeconfig;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"kubectl {string.Join(' ', arguments)} ended with {process.ExitCode}: {await error}");
        return await output;
    }

    private static string Program()
    {
        var caches = Directory.Exists(CacheFolder) ? Directory.GetDirectories(CacheFolder, "rootfs*").Select(folder => Path.Combine(folder, "usr/bin/kubectl")) : [];
        string[] candidates = [Environment.GetEnvironmentVariable(Variable) ?? "", .. caches];
        return candidates.FirstOrDefault(File.Exists) ?? throw new InvalidOperationException($"kubectl was not found: neither {Variable} nor {CacheFolder}/rootfs*/usr/bin/kubectl names one. `make test` installs it.");
    }

    private static string FindRepository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Rebalancer.sln"))) { folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Rebalancer.sln not found above the tests"); }
        return folder;
    }
}
