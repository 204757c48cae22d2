namespace Rebalancer.Runtime.Arguments;

/// <summary>
/// A runc command line as go-runc and CRI-O make it: global options, command, its options, positional arguments. Options are written
/// "--name value", "--name=value", or with one dash. What is not known is kept and passed through.
/// </summary>
internal sealed record RuncArguments
{
    private static readonly string[] ValueOptions =
    [
        "root", "log", "log-format", "criu", "rootless",
        "bundle", "b", "console-socket", "pidfd-socket", "pid-file", "preserve-fds",
    ];

    public required IReadOnlyList<string> All { get; init; }
    /// <summary>Everything before the command, to be given to another runc call about the same container.</summary>
    public required IReadOnlyList<string> Globals { get; init; }
    public string Command { get; init; } = "";
    public IReadOnlyList<string> Positional { get; init; } = [];
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    public string Id => Positional.Count > 0 ? Positional[0] : "";
    public string Root => Options.GetValueOrDefault("root", "/run/runc");
    public string Log => Options.GetValueOrDefault("log", "");
    public bool IsJsonLog => Options.GetValueOrDefault("log-format", "") == "json";
    public string Bundle => Options.GetValueOrDefault("bundle") ?? Options.GetValueOrDefault("b") ?? Environment.CurrentDirectory;

    public static RuncArguments Parse(IReadOnlyList<string> args)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        var at = ReadOptions(args, 0, options);
        var globals = args.Take(at).ToList();
        if (at >= args.Count) { return new RuncArguments { All = args, Globals = globals, Options = options }; }
        var command = args[at];
        at = ReadOptions(args, at + 1, options);
        return new RuncArguments
        {
            All = args,
            Globals = globals,
            Command = command,
            Positional = args.Skip(at).ToList(),
            Options = options,
        };
    }

    /// <returns>Index of the first argument that is no option.</returns>
    private static int ReadOptions(IReadOnlyList<string> args, int at, Dictionary<string, string> options)
    {
        for (; at < args.Count && args[at].Length > 1 && args[at][0] == '-'; at++)
        {
            if (args[at] == "--") { return at + 1; }
            var name = args[at].TrimStart('-');
            var equals = name.IndexOf('=', StringComparison.Ordinal);
            if (equals >= 0) { options[name[..equals]] = name[(equals + 1)..]; }
            else if (Array.IndexOf(ValueOptions, name) >= 0 && at + 1 < args.Count) { options[name] = args[++at]; }
            else { options[name] = "true"; }
        }
        return at;
    }
}
