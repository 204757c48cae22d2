using System.Security.Cryptography;
using k8s;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Rebalancer.Agent.Notices;

internal static class NoticeServices
{
    /// <summary>
    /// Registers the watch of the node's metadata service; nothing without <see cref="AgentOptions.MetadataUrl"/>.
    /// Needs <see cref="IKubernetes"/>, <see cref="AgentOptions"/> and TimeProvider.
    /// </summary>
    public static IServiceCollection AddNotices(this IServiceCollection services, AgentOptions options)
    {
        if (options.MetadataUrl is not { } url)
        {
            return services;
        }

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<NoticeMetrics>();
        services.AddSingleton<INodeObject, NodeObject>();
        services.AddSingleton<IInstanceMetadata>(s => new Imds(Imds.NewClient(WithSlash(url)), s.GetRequiredService<TimeProvider>()));
        services.AddHostedService(s => new NoticeWatch(
            s.GetRequiredService<IInstanceMetadata>(),
            s.GetRequiredService<INodeObject>(),
            new NoticeOptions(),
            s.GetRequiredService<NoticeMetrics>(),
            new Random(RandomNumberGenerator.GetInt32(int.MaxValue)),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<NoticeWatch>>()));
        return services;
    }

    /// <summary>Relative paths go below the last segment only if it ends with a slash.</summary>
    private static Uri WithSlash(Uri url) => url.AbsoluteUri.EndsWith('/') ? url : new Uri(url.AbsoluteUri + "/");
}
