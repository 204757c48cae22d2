using k8s.Models;

namespace Rebalancer.Lab.Images.Workloads;

/// <summary>The ASP.NET service of Rebalancer.Lab.Service with the runtime that it was published with.</summary>
internal static class DotnetService
{
    public const string Image = "lab.local/dotnet-service:1";
    public const int Port = 8080;
    private const string Program = "Rebalancer.Lab.Service";
    private const int MemoryMegabytes = 256;
    private const string Libraries = "/usr/lib/x86_64-linux-gnu";

    /// <summary>What the runtime loads, beside what these link to.</summary>
    private static readonly string[] Loaded = ["libstdc++.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1"];

    /// <param name="published">Folder of the published program.</param>
    public static async Task<(ImageConfig Config, IEnumerable<ImageFile> Files)> BuildAsync(DebianFiles debian, string published, CancellationToken cancel)
    {
        if (!File.Exists($"{published}/{Program}"))
        {
            throw new Host.LabException($"no {Program} in {published}: make lab-workloads publishes it");
        }

        var service = Directory.EnumerateFiles(published).Select(file => ImageFile.Copy("/service/" + Path.GetFileName(file), file));
        var libraries = await debian.ProgramsAsync(cancel, [.. Loaded.Select(library => $"{Libraries}/{library}")]);
        var config = new ImageConfig(Image, $"/service/{Program}") { WorkingFolder = "/service", Environment = ["PATH=/bin"] };
        return (config, [.. LabImages.Shell(debian), .. libraries, .. service]);
    }

    public static V1PodSpec Spec() => WorkloadPod.Spec("service", Image, Port, cpuMilli: 200, MemoryMegabytes);
}
