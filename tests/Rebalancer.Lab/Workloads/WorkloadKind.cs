using k8s.Models;
using Rebalancer.Lab.Host;
using Rebalancer.Lab.Images;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Product;

namespace Rebalancer.Lab.Workloads;

/// <returns>An image, of Debian's files and of others, for which there is a folder.</returns>
internal delegate Task<(ImageConfig Config, IEnumerable<ImageFile> Files)> ImageBuilder(DebianFiles debian, string folder, CancellationToken cancel);

/// <summary>One kind of workload: what the nodes need for it, and how it starts.</summary>
/// <param name="Name">Its pods' name and what the user calls it.</param>
/// <param name="Image">The image that the nodes do not have anyway, with a folder for files that it is made of; null: none.</param>
/// <param name="Programs">Where the image's files are from; null: from the nodes' root file system.</param>
internal sealed record WorkloadKind(string Name, Func<WorkloadPods, CancellationToken, Task<IWorkload>> StartAsync, ImageBuilder? Image = null, DebianRoot? Programs = null)
{
    public static readonly IReadOnlyList<WorkloadKind> All =
    [
        new("redis", RedisWorkload.StartAsync),
        new("postgres", PostgresWorkload.StartAsync, Postgres.BuildAsync),
        new("websockets", EchoWorkload.StartAsync),
        new("dotnet", DotnetWorkload.StartAsync, (debian, _, cancel) => DotnetService.BuildAsync(debian, $"{Published.Repository}/artifacts/publish-service", cancel)),
        new("training", TrainingWorkload.StartAsync),
        Chain("threads", ManyThreads.Spec, ManyThreads.Connections, pauseMs: 200),
        Chain("tree", ProcessFamily.Spec, ProcessFamily.Connections, pauseMs: 5),
        Chain("forks", Forks.Spec, Forks.Connections, pauseMs: 20),
        new("nginx", NginxWorkload.StartAsync, Nginx.BuildAsync, RootFileSystem.Programs),
        Chain("node", NodeService.Spec, NodeService.Connections, pauseMs: 5, NodeService.BuildAsync),
        Chain("jvm", JavaService.Spec, JavaService.Connections, pauseMs: 5, JavaService.BuildAsync),
    ];

    private static WorkloadKind Chain(string name, Func<V1PodSpec> spec, int clients, int pauseMs, ImageBuilder? image = null) =>
        new(name, (pods, cancel) => ChainWorkload.StartAsync(pods, name, spec(), clients, pauseMs, cancel), image, image is null ? null : RootFileSystem.Programs);

    /// <returns>The archives of its images, for every node.</returns>
    public async Task<IReadOnlyList<string>> BuildAsync(LabEnvironment lab, CancellationToken cancel)
    {
        if (Image is null)
        {
            return [];
        }

        if (Programs is { Exists: false })
        {
            throw new LabException($"{Name} needs {Programs.Path}, which is not there: `rootfs --programs` makes it, as make lab-workloads does");
        }

        var folder = $"{lab.Slot.Folder}/images";
        var archive = $"{folder}/{Name}.tar";
        await OciArchive.BuildAsync(archive, [await Image(new DebianFiles(Programs?.Path ?? lab.RootFileSystem), folder, cancel)], cancel);
        return [archive];
    }
}
