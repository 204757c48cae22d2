using Rebalancer.Architecture.Tests.Rules;
using Rebalancer.Architecture.Tests.Tree;
using Xunit;

namespace Rebalancer.Architecture.Tests;

public sealed class HouseRuleTests
{
    [Fact]
    public void ProgramFiles_AreShort() => Verdict.None(TooLong(Repository.CodeFiles.Where(f => Path.GetFileName(f) == "Program.cs"), HouseRules.MaximumProgramLines));

    [Fact]
    public void CodeFiles_AreNotLong() => Verdict.None(TooLong(Repository.CodeFiles, HouseRules.MaximumFileLines));

    [Fact]
    public void Folders_AreNamedByConcept() =>
        Verdict.None(Repository.Folders.Where(f => HouseRules.EmptyFolderNames.Contains(Path.GetFileName(f), StringComparer.OrdinalIgnoreCase)));

    [Fact]
    public void NoFile_NamesARegistryOrAWorkplace() =>
        Verdict.None(Repository.TextFiles.SelectMany(file => Found(file, line => HouseRules.ForbiddenEverywhere.Any(f => line.Contains(f, StringComparison.OrdinalIgnoreCase)))));

    [Fact]
    public void ProductCode_IsFinished() =>
        Verdict.None(Repository.ProductCode.SelectMany(file => Found(file, line => HouseRules.UnfinishedMarks.Any(m => line.Contains(m, StringComparison.Ordinal)))));

    [Fact]
    public void Tests_AreNeverSkipped() => Verdict.None(Repository.TestCode.SelectMany(file => Found(file, HouseRules.IsSkip)));

    [Fact]
    public void ProductClasses_AreSealedStaticOrAbstract() =>
        Verdict.None(Repository.ProductCode.SelectMany(file => Repository.Lines(file).Select(HouseRules.OpenClass).OfType<string>()
            .Where(name => !HouseRules.OpenClasses.ContainsKey(name)).Select(name => $"{file}: {name}")));

    [Fact]
    public void Namespaces_FollowTheFolders()
    {
        var broken = new List<string>();
        foreach (var file in Repository.CodeFiles)
        {
            var line = Repository.Lines(file).FirstOrDefault(l => l.StartsWith("namespace ", StringComparison.Ordinal));
            var expected = ExpectedNamespace(file);
            if (line is not null && expected is not null && line != $"namespace {expected};") { broken.Add($"{file}: {line} instead of {expected}"); }
        }

        Verdict.None(broken);
    }

    [Theory]
    [InlineData("internal class Open", "Open")]
    [InlineData("    private class Inner(int x) : Base", "Inner")]
    [InlineData("public partial record Value(int X);", "Value")]
    [InlineData("internal sealed class Closed", null)]
    [InlineData("public static partial class Log", null)]
    [InlineData("internal abstract record Shape;", null)]
    [InlineData("public readonly record struct Money(decimal Usd);", null)]
    [InlineData("/// A class Open of words", null)]
    [InlineData("where T : class", null)]
    public void OpenClass_EveryWayToWriteOne_IsSeen(string line, string? name) => Assert.Equal(name, HouseRules.OpenClass(line));

    private static string? ExpectedNamespace(string file)
    {
        var folder = Path.GetDirectoryName(file)!;
        var project = Repository.Projects.Where(p => folder == Path.GetDirectoryName(p.Path) || folder.StartsWith(Path.GetDirectoryName(p.Path) + "/", StringComparison.Ordinal))
            .MaxBy(p => p.Path.Length);
        if (project is null) { return null; }
        var inside = Path.GetRelativePath(Path.GetDirectoryName(project.Path)!, folder);
        return inside == "." ? project.Name : $"{project.Name}.{inside.Replace('/', '.')}";
    }

    private static IEnumerable<string> TooLong(IEnumerable<string> files, int maximum) =>
        files.Select(f => (File: f, Count: Repository.Lines(f).Length)).Where(f => f.Count > maximum).Select(f => $"{f.File}: {f.Count} lines, at most {maximum}");

    private static IEnumerable<string> Found(string file, Func<string, bool> isForbidden) =>
        Repository.Lines(file).Select((line, i) => (line, i)).Where(l => isForbidden(l.line)).Select(l => $"{file}:{l.i + 1}: {l.line.Trim()}");
}
