using System.Globalization;

namespace Rebalancer.Runtime.Guards;

/// <summary>`guard --cgroup PATH --netns PATH --marker FILE --pid INITPID`.</summary>
internal sealed record GuardArguments
{
    public const string Command = "guard";

    /// <summary>Folder of the container's freezer cgroup (version 1) or of its cgroup (version 2).</summary>
    public required string Cgroup { get; init; }
    public required string NetNs { get; init; }
    /// <summary>If it exists when the agent dies, the commit may have been sent: the guard does nothing.</summary>
    public required string Marker { get; init; }
    /// <summary>The container's first process.</summary>
    public required int Pid { get; init; }

    /// <summary>Null when one is missing, given twice or malformed.</summary>
    public static GuardArguments? TryParse(IReadOnlyList<string> args)
    {
        if (args.Count != 9 || args[0] != Command) { return null; }
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 1; i < args.Count; i += 2) { values[args[i]] = args[i + 1]; }
        return values.TryGetValue("--cgroup", out var cgroup) && values.TryGetValue("--netns", out var netns)
            && values.TryGetValue("--marker", out var marker) && values.TryGetValue("--pid", out var text)
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 1
            ? new GuardArguments { Cgroup = cgroup, NetNs = netns, Marker = marker, Pid = pid }
            : null;
    }
}
