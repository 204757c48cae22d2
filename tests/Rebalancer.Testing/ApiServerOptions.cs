using System.Net;

namespace Rebalancer.Testing;

/// <summary>How an <see cref="ApiServer"/> listens and behaves.</summary>
public sealed record ApiServerOptions
{
    public IPAddress ListenAddress { get; init; } = IPAddress.Loopback;

    /// <summary>TCP port; 0: a free one.</summary>
    public int Port { get; init; }

    /// <summary>Serve HTTPS with a certificate made at start; its CA is written into kubeconfigs.</summary>
    public bool Https { get; init; }

    /// <summary>Folders whose *.yaml, *.yml and *.json files hold CustomResourceDefinitions to serve from the start.</summary>
    public IReadOnlyList<string> CrdFolders { get; init; } = [];

    /// <summary>Files of further objects to hold from the start, such as admission policies.</summary>
    public IReadOnlyList<string> ObjectFiles { get; init; } = [];

    public ControllerSet Controllers { get; init; } = ControllerSet.None;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Changes remembered per resource; a watch from before them is answered 410 Gone.</summary>
    public int HistoryLimit { get; init; } = 10_000;

    /// <summary>Changes that may wait for one slow watcher before it is cut off.</summary>
    public int WatcherCapacity { get; init; } = 10_000;

    /// <summary>Interval of bookmarks to watchers that allow them.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Draws UIDs and generated names, one at a time; null: anew in each run.</summary>
    public int? Seed { get; init; }

    /// <summary>Length of a watch that names no timeoutSeconds.</summary>
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Longest request body in bytes.</summary>
    public int RequestBodyLimitBytes { get; init; } = 3 * 1024 * 1024;
}
