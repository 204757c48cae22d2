namespace Rebalancer.Lab.Images;

/// <summary>How a container of the image starts.</summary>
/// <param name="Name">Full reference, "localhost/redis:1".</param>
/// <param name="Entrypoint">Command and arguments.</param>
public sealed record ImageConfig(string Name, params IReadOnlyList<string> Entrypoint)
{
    /// <summary>"NAME=value".</summary>
    public IReadOnlyList<string> Environment { get; init; } = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];

    public string WorkingFolder { get; init; } = "/";
}
