using System.Text.RegularExpressions;

namespace Rebalancer.Architecture.Tests.Rules;

/// <summary>The house rules that a machine can check. Words that may stand nowhere are put together here, so that this file passes too.</summary>
internal static partial class HouseRules
{
    public const int MaximumProgramLines = 40;
    public const int MaximumFileLines = 400;

    /// <summary>Folder names that say nothing about what is inside.</summary>
    public static readonly string[] EmptyFolderNames = ["Helpers", "Common", "Utils", "Misc", "Shared"];

    /// <summary>Hosts of package and image registries (the machine's own settings choose them), and paths of a developer's machine.</summary>
    public static readonly string[] ForbiddenEverywhere =
    [
        "nuget" + ".org", "docker" + ".io", "registry." + "k8s.io", "ghcr" + ".io", "quay" + ".io", "gcr" + ".io", "mcr." + "microsoft.com",
        "deb." + "debian.org", "pypi" + ".org", "npmjs" + ".org", "/wo" + "rk/",
    ];

    public static readonly string[] UnfinishedMarks = ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Exception"];

    /// <summary>Classes that others derive from or that a generator completes, with the reason.</summary>
    public static readonly IReadOnlyDictionary<string, string> OpenClasses = new Dictionary<string, string>();

    public static bool IsSkip(string line) => Skip().IsMatch(line);

    /// <summary>The name of a class or record that this line declares without sealed, static or abstract; otherwise null.</summary>
    public static string? OpenClass(string line)
    {
        var match = Declaration().Match(line);
        return match.Success && !Closed().IsMatch(match.Groups["modifiers"].Value) ? match.Groups["name"].Value : null;
    }

    [GeneratedRegex(@"\bSkip\s*=\s*")]
    private static partial Regex Skip();

    [GeneratedRegex(@"^\s*(?<modifiers>((public|internal|private|protected|file|static|sealed|abstract|partial|unsafe|new|readonly)\s+)*)(class|record(?!\s+struct)(\s+class)?)\s+(?<name>\w+)")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"\b(sealed|static|abstract)\b")]
    private static partial Regex Closed();
}
