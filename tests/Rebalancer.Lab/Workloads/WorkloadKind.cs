using Rebalancer.Lab.Host;
using Rebalancer.Lab.Images;
using Rebalancer.Lab.Images.Workloads;
using Rebalancer.Lab.Product;

namespace Rebalancer.Lab.Workloads;

/// <summary>One kind of workload: what the nodes need for it, and how it starts.</summary>
/// <param name="Name">Its pods' name and what the user calls it.</param>
/// <param name="Image">The image that the nodes do not have anyway; null: none.</param>
internal sealed record WorkloadKind(
    string Name,
    Func<WorkloadPods, CancellationToken, Task<IWorkload>> StartAsync,
    Func<DebianFiles, CancellationToken, Task<(ImageConfig Config, IEnumerable<ImageFile> Files)>>? Image = null)
{
    public static readonly IReadOnlyList<WorkloadKind> All =
    [
        new("postgres", PostgresWorkload.StartAsync, Postgres.BuildAsync),
        new("websockets", EchoWorkload.StartAsync),
        new("dotnet", DotnetWorkload.StartAsync, (debian, cancel) => DotnetService.BuildAsync(debian, $"{Published.Repository}/artifacts/publish-service", cancel)),
        new("training", TrainingWorkload.StartAsync),
    ];

    /// <returns>The archives of its images, for every node.</returns>
    public async Task<IReadOnlyList<string>> BuildAsync(LabEnvironment lab, CancellationToken cancel)
    {
        if (Image is null)
        {
            return [];
        }

        var archive = $"{lab.Slot.Folder}/images/{Name}.tar";
        await OciArchive.BuildAsync(archive, [await Image(new DebianFiles(lab.RootFileSystem), cancel)], cancel);
        return [archive];
    }
}
