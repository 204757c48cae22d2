using Rebalancer.Architecture.Tests.Rules;
using Rebalancer.Architecture.Tests.Tree;
using Xunit;

namespace Rebalancer.Architecture.Tests;

public sealed class ReferenceTests
{
    [Fact]
    public void ProductProjects_NameOnlyAllowedProjects()
    {
        var broken = Repository.Projects.Where(Repository.IsProduct).SelectMany(project =>
            AllowedReferences.Projects.TryGetValue(project.Name, out var allowed)
                ? project.Projects.Except(allowed).Select(other => $"{project.Name} -> {other}")
                : [$"{project.Name} is not in AllowedReferences.Projects"]);

        Verdict.None(broken);
    }

    [Fact]
    public void PureProjects_NameOnlyAllowedPackages()
    {
        var broken = Repository.Projects.Where(p => AllowedReferences.Packages.ContainsKey(p.Name))
            .SelectMany(p => p.Packages.Except(AllowedReferences.Packages[p.Name]).Select(package => $"{p.Name} -> {package}"));

        Verdict.None(broken);
    }

    [Fact]
    public void NoProject_ReachesWhatItMayNot()
    {
        var broken = Repository.Projects.Where(p => AllowedReferences.NeverReached.ContainsKey(p.Name))
            .SelectMany(p => Reached(p).Intersect(AllowedReferences.NeverReached[p.Name]).Select(other => $"{p.Name} -> ... -> {other}"));

        Verdict.None(broken);
    }

    [Fact]
    public void Product_ReferencesNoTests()
    {
        var tests = Repository.Projects.Where(p => !Repository.IsProduct(p)).Select(p => p.Name).ToHashSet();
        var broken = Repository.Projects.Where(Repository.IsProduct).SelectMany(p => Reached(p).Where(tests.Contains).Select(other => $"{p.Name} -> ... -> {other}"));

        Verdict.None(broken);
    }

    [Fact]
    public void Versions_StandInOnePlace()
    {
        var broken = Repository.Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal))
            .Where(f => Repository.Lines(f).Any(l => l.Contains("<PackageReference", StringComparison.Ordinal) && l.Contains("Version=", StringComparison.Ordinal)));

        Verdict.None(broken);
    }

    [Fact]
    public void EveryProject_IsInTheSolution()
    {
        var solution = Repository.Text("Rebalancer.sln").Replace('\\', '/');

        Verdict.None(Repository.Projects.Select(p => p.Path).Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal)));
        Assert.True(Repository.Projects.Count > 15, "the projects were not found at all");
    }

    private static HashSet<string> Reached(Project project)
    {
        var byName = Repository.Projects.ToDictionary(p => p.Name);
        var reached = new HashSet<string>();
        var open = new Queue<string>(project.Projects);
        while (open.TryDequeue(out var name))
        {
            if (reached.Add(name) && byName.TryGetValue(name, out var next)) { next.Projects.ToList().ForEach(open.Enqueue); }
        }
        return reached;
    }
}
