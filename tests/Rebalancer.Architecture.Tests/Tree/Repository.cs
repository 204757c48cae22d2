namespace Rebalancer.Architecture.Tests.Tree;

/// <summary>The repository's files as they lie on disk, without what builds make.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs = ["bin", "obj", "artifacts", ".git", ".vs", "TestResults"];
    private static readonly string[] ProductFolders = ["scheduler", "descheduler", "agent"];
    private static readonly string[] TextEndings =
        [".cs", ".csproj", ".props", ".targets", ".json", ".md", ".yaml", ".yml", ".proto", ".sh", ".txt", ".editorconfig", ".gitignore", ".sln", "Makefile", "run"];

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<string> Files { get; } = [.. Under(new DirectoryInfo(Root)).Select(f => Path.GetRelativePath(Root, f)).Order(StringComparer.Ordinal)];

    public static IEnumerable<string> Folders => Files.SelectMany(Parents).Distinct();

    public static IEnumerable<string> CodeFiles => Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal));

    public static IEnumerable<string> ProductCode => CodeFiles.Where(f => ProductFolders.Contains(f.Split('/')[0]));

    public static IEnumerable<string> TestCode => CodeFiles.Where(f => f.StartsWith("tests/", StringComparison.Ordinal));

    public static IEnumerable<string> TextFiles => Files.Where(f => TextEndings.Any(e => f.EndsWith(e, StringComparison.Ordinal)));

    public static IReadOnlyList<Project> Projects { get; } = [.. Files.Where(f => f.EndsWith(".csproj", StringComparison.Ordinal)).Select(Project.Read)];

    public static bool IsProduct(Project project) => ProductFolders.Contains(project.Path.Split('/')[0]);

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    public static string Text(string file) => File.ReadAllText(Path.Combine(Root, file));

    private static IEnumerable<string> Under(DirectoryInfo folder) => folder.EnumerateFiles().Select(f => f.FullName)
        .Concat(folder.EnumerateDirectories().Where(d => !NotOurs.Contains(d.Name) && d.LinkTarget is null).SelectMany(Under));

    private static IEnumerable<string> Parents(string file)
    {
        for (var folder = Path.GetDirectoryName(file); !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder)) { yield return folder; }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Rebalancer.sln"))) { folder = folder.Parent; }
        return folder?.FullName ?? throw new DirectoryNotFoundException($"no folder above {AppContext.BaseDirectory} holds Rebalancer.sln");
    }
}
