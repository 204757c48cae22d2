namespace Rebalancer.Agent.Preflight;

/// <summary>One line of /proc/PID/mountinfo.</summary>
/// <param name="Device">"MAJOR:MINOR".</param>
internal sealed record MountLine(string Device, string Point, string Kind, string SuperOptions)
{
    /// <returns>Null when it is no such line.</returns>
    public static MountLine? Parse(string line)
    {
        var halves = line.Split(" - ", 2);
        if (halves.Length != 2) { return null; }
        var mount = halves[0].Split(' ');
        var source = halves[1].Split(' ');
        return mount.Length < 6 || source.Length < 3 ? null : new MountLine(mount[2], Unescape(mount[4]), source[0], source[2]);
    }

    /// <summary>Value of a "key=value" option of the file system.</summary>
    public string? Option(string key) =>
        SuperOptions.Split(',').FirstOrDefault(option => option.StartsWith(key + "=", StringComparison.Ordinal)) is { } found ? Unescape(found[(key.Length + 1)..]) : null;

    /// <summary>The kernel writes blanks, tabs, newlines and backslashes as three octal digits.</summary>
    private static string Unescape(string text) => text.Contains('\\', StringComparison.Ordinal)
        ? text.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal).Replace("\\012", "\n", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal)
        : text;
}
