using System.Globalization;

namespace Rebalancer.Runtime.Guards;

/// <summary>`guard --netns PATH --marker FILE --pid INITPID --cgroup PATH [--cgroup PATH ...]`.</summary>
internal sealed record GuardArguments
{
    public const string Command = "guard";
    private const int MaximumArguments = 257;

    /// <summary>Folders of the containers' freezer cgroups (version 1) or of their cgroups (version 2).</summary>
    public required IReadOnlyList<string> Cgroups { get; init; }
    public required string NetNs { get; init; }
    /// <summary>If it exists when the agent dies, the commit may have been sent: the guard does nothing.</summary>
    public required string Marker { get; init; }
    /// <summary>The first process of one of them.</summary>
    public required int Pid { get; init; }

    /// <summary>Null when one is missing, given twice (but for --cgroup) or malformed.</summary>
    public static GuardArguments? TryParse(IReadOnlyList<string> args)
    {
        if (args.Count % 2 == 0 || args.Count > MaximumArguments || args[0] != Command) { return null; }
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var cgroups = new List<string>();
        for (var i = 1; i < args.Count; i += 2)
        {
            if (args[i] == "--cgroup") { cgroups.Add(args[i + 1]); }
            else if (!values.TryAdd(args[i], args[i + 1])) { return null; }
        }
        return cgroups.Count > 0 && values.Count == 3 && values.TryGetValue("--netns", out var netns)
            && values.TryGetValue("--marker", out var marker) && values.TryGetValue("--pid", out var text)
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 1
            ? new GuardArguments { Cgroups = cgroups, NetNs = netns, Marker = marker, Pid = pid }
            : null;
    }
}
