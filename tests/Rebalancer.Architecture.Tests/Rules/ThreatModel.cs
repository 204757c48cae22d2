using System.Text.RegularExpressions;
using Rebalancer.Architecture.Tests.Tree;

namespace Rebalancer.Architecture.Tests.Rules;

/// <summary>The threat model: a table for each boundary, whose last column names the tests as `Class.Method`, and links to the guards.</summary>
internal static partial class ThreatModel
{
    public const string File = "agent/THREATS.md";

    /// <summary>What stands where nothing tests a guard.</summary>
    public const string NoTest = "none";

    private const int Columns = 3;

    /// <summary>Everything in the text that is not so.</summary>
    /// <param name="lines">Of the file.</param>
    /// <param name="tests">Names of all tests that there are.</param>
    /// <param name="exists">Whether a path, from the repository's root, is a file or a folder.</param>
    public static IEnumerable<string> Broken(string[] lines, IReadOnlySet<string> tests, Func<string, bool> exists) =>
        lines.Select((line, i) => (Text: line, Number: i + 1)).SelectMany(line => Links(line.Text).Where(link => !exists(FromRoot(link))).Select(link => $"{File}:{line.Number}: there is no {link}")
            .Concat(Untested(line.Text, tests).Select(problem => $"{File}:{line.Number}: {problem}")));

    /// <summary>The names of the tests in a file, in the form in which the threat model names them.</summary>
    public static IEnumerable<string> TestsIn(string[] lines)
    {
        var (type, isTest) = ("", false);
        foreach (var line in lines)
        {
            if (Type().Match(line) is { Success: true } declared) { type = declared.Groups["name"].Value; }
            isTest |= Mark().IsMatch(line);
            if (!isTest || Method().Match(line) is not { Success: true } method) { continue; }
            yield return $"{type}.{method.Groups["name"].Value}";
            isTest = false;
        }
    }

    /// <summary>The tests that a row names; null: it is no row of a threat.</summary>
    public static IReadOnlyList<string>? Named(string line)
    {
        var cells = line.Split('|');
        return line.StartsWith("| ", StringComparison.Ordinal) && cells.Length == Columns + 2 && !cells[1].StartsWith(" who,", StringComparison.Ordinal)
            ? [.. Code().Matches(cells[Columns]).Select(each => each.Groups["name"].Value)] : null;
    }

    private static IEnumerable<string> Untested(string line, IReadOnlySet<string> tests)
    {
        if (Named(line) is not { } named) { return line.StartsWith('|') && line.Split('|').Length != Columns + 2 ? [$"a row has {Columns} columns"] : []; }
        return named.Count == 0 && !line.Split('|')[Columns].Trim().StartsWith(NoTest, StringComparison.Ordinal)
            ? [$"neither a test nor the word '{NoTest}'"]
            : named.Where(test => !tests.Contains(test)).Select(test => $"there is no test {test}");
    }

    private static IEnumerable<string> Links(string line) => Link().Matches(line).Select(each => each.Groups["path"].Value);

    private static string FromRoot(string link) => Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(File)!, link)));

    [GeneratedRegex(@"^\s*(public|internal)\s+(sealed\s+)?(partial\s+)?class\s+(?<name>\w+)")]
    private static partial Regex Type();

    [GeneratedRegex(@"^\s*\[(Fact|Theory)\b")]
    private static partial Regex Mark();

    [GeneratedRegex(@"\bpublic\s+(static\s+)?(async\s+)?(void|Task)\s+(?<name>\w+)\(")]
    private static partial Regex Method();

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\((?<path>[^)#]+)\)")]
    private static partial Regex Link();
}
