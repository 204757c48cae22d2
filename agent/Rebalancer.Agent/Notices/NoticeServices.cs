using System.Security.Cryptography;
using k8s;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rebalancer.Agent.Notices.Aws;
using Rebalancer.Agent.Notices.Azure;
using Rebalancer.Agent.Notices.Clouds;
using Rebalancer.Agent.Notices.Gcp;

namespace Rebalancer.Agent.Notices;

internal static class NoticeServices
{
    /// <summary>
    /// Registers the watch of the node's metadata service; nothing where <see cref="AgentOptions.Cloud"/> is none.
    /// Needs <see cref="IKubernetes"/>, <see cref="AgentOptions"/>, the book of moves and TimeProvider.
    /// </summary>
    public static IServiceCollection AddNotices(this IServiceCollection services, AgentOptions options)
    {
        if (options.Cloud == CloudChoice.None)
        {
            return services;
        }

        var notices = new NoticeOptions { Cloud = options.Cloud, CanAcknowledge = options.CanAcknowledge };
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<NoticeMetrics>();
        services.AddSingleton<INodeObject, NodeObject>();
        services.AddSingleton<INodePods, NodePods>();
        services.AddHostedService(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            var node = provider.GetRequiredService<INodeObject>();
            var sources = Sources(new MetadataClient(MetadataClient.NewClient(options.MetadataUrl), time), time);
            var detector = new CloudDetector(sources, node, notices, time, provider.GetRequiredService<ILogger<CloudDetector>>());
            return new NoticeService(detector, source => Watch(provider, source, notices));
        });
        return services;
    }

    /// <summary>In the order in which they are believed.</summary>
    internal static IReadOnlyList<INoticeSource> Sources(MetadataClient client, TimeProvider time)
        => [new Ec2Notices(new Imds(client), time), new GceNotices(client, time), new AzureNotices(client, time)];

    private static NoticeWatch Watch(IServiceProvider provider, INoticeSource source, NoticeOptions options)
    {
        var log = provider.GetRequiredService<ILogger<NoticeWatch>>();
        var acknowledgement = options.CanAcknowledge && source is IAcknowledgedNotices cloud ? new Acknowledgement(cloud, provider.GetRequiredService<INodePods>(), log) : null;
        var random = new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
        return new NoticeWatch(
            source, provider.GetRequiredService<INodeObject>(), acknowledgement, options, provider.GetRequiredService<NoticeMetrics>(), random, provider.GetRequiredService<TimeProvider>(), log);
    }
}
