using System.Diagnostics;

namespace Rebalancer.Testing.Tests.Kubectl;

/// <summary>Runs the real kubectl against a test's server.</summary>
internal sealed class Kubectl : IDisposable
{
    private const string Variable = "REBALANCER_KUBECTL";
    private const string CacheFolder = "/var/cache/rebalancer";
    private static readonly Lazy<string> Program = new(Find);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("double-kubectl-");
    private readonly TestCluster _cluster;

    public Kubectl(TestCluster cluster)
    {
        _cluster = cluster;
        cluster.Api.WriteKubeconfig(Path.Combine(_folder.FullName, "config"));
    }

    /// <summary>Runs to a good end.</summary>
    /// <returns>What it wrote to its standard output.</returns>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, error) = await TryAsync("", arguments);
        Assert.True(code == 0, $"kubectl {string.Join(' ', arguments)} ended with {code}: {error}{output}");
        return output;
    }

    public async Task<string> CreateAsync(string manifest, params string[] arguments)
    {
        var (code, output, error) = await TryAsync(manifest, ["create", "-f", "-", .. arguments]);
        Assert.True(code == 0, $"kubectl create ended with {code}: {error}{output}");
        return output;
    }

    public async Task<(int Code, string Output, string Error)> TryAsync(string input, params string[] arguments)
    {
        using var process = Start(arguments);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(_cluster.Token);
        var error = process.StandardError.ReadToEndAsync(_cluster.Token);
        try
        {
            await process.WaitForExitAsync(_cluster.Token);
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            Kill(process);
        }
    }

    /// <summary>Starts one that ends only when it is killed, such as get --watch.</summary>
    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Program.Value, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = Path.Combine(_folder.FullName, "config");
        start.Environment["HOME"] = _folder.FullName;
        return Process.Start(start)!;
    }

    public static void Kill(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Find()
    {
        var caches = Directory.Exists(CacheFolder) ? Directory.GetDirectories(CacheFolder, "rootfs*").Select(d => Path.Combine(d, "usr/bin/kubectl")) : [];
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(d => Path.Combine(d, "kubectl"));
        string[] candidates = [Environment.GetEnvironmentVariable(Variable) ?? "", .. onPath, .. caches];
        return candidates.FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException($"kubectl was not found: neither {Variable}, nor PATH, nor {CacheFolder}/rootfs*/usr/bin/kubectl names one. `make test` installs it.");
    }
}
