namespace Rebalancer.Agent.Local;

/// <summary>Where a node's own runc may be: what the installation found in containerd's configuration comes first.</summary>
public static class RuncPlaces
{
    public static IReadOnlyList<string> InOrder { get; } = [NodePaths.Runc, "/usr/sbin/runc", "/usr/bin/runc", "/usr/local/sbin/runc", "/usr/local/bin/runc"];
}
