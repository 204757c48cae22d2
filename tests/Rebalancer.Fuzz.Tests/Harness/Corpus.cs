using System.Security.Cryptography;

namespace Rebalancer.Fuzz.Tests.Harness;

/// <summary>Inputs that were findings once, and are played in every run since.</summary>
internal static class Corpus
{
    public static IReadOnlyList<string> Files(FuzzTarget target) =>
        Directory.Exists(FolderOf(target.Name)) ? [.. Directory.EnumerateFiles(FolderOf(target.Name)).Order(StringComparer.Ordinal)] : [];

    public static IReadOnlyList<byte[]> Read(FuzzTarget target) => [.. Files(target).Select(File.ReadAllBytes)];

    public static IEnumerable<string> Targets() => Directory.EnumerateDirectories(Root()).Select(each => Path.GetFileName(each)!);

    /// <returns>Path of the new file.</returns>
    public static string Add(FuzzTarget target, Finding finding)
    {
        var path = Path.Combine(Directory.CreateDirectory(FolderOf(target.Name)).FullName, $"{Convert.ToHexStringLower(SHA256.HashData(finding.Input))[..16]}.bin");
        File.WriteAllBytes(path, finding.Input);
        return path;
    }

    /// <summary>A file of the repository, which a seed is made of.</summary>
    public static byte[] Repository(string path) => File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(Root())))!, path));

    private static string FolderOf(string target) => Path.Combine(Root(), target);

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Rebalancer.sln"))) { folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Rebalancer.sln not found above the tests"); }
        return Path.Combine(folder, "tests", "Rebalancer.Fuzz.Tests", "corpus");
    }
}
