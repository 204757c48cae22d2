using Rebalancer.Agent.Files.Trees;

namespace Rebalancer.Fuzz.Tests.Harness;

/// <summary>A folder for what a reader writes, beside one that it has no business in.</summary>
internal sealed class Sandbox
{
    private const string Untouched = "untouched";
    private readonly string root = Directory.CreateTempSubdirectory("rebalancer-fuzz-").FullName;

    public Sandbox()
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => { try { Directory.Delete(root, recursive: true); } catch (IOException) { } };
        Directory.CreateDirectory(Outside);
        File.WriteAllText(Path.Combine(Outside, Untouched), Untouched);
    }

    public string Inside => Path.Combine(root, "inside");

    private string Outside => Path.Combine(root, "outside");

    /// <returns>The inner folder, empty.</returns>
    public string Empty()
    {
        // File names need not be text, which the class library takes them for.
        TreeRemoval.Remove(Inside);
        return Directory.CreateDirectory(Inside).FullName;
    }

    /// <exception cref="BrokenRuleException">Something was made, changed or removed outside.</exception>
    public void Check()
    {
        var around = Directory.EnumerateFileSystemEntries(root).Select(Path.GetFileName).Order(StringComparer.Ordinal);
        var outside = Directory.EnumerateFileSystemEntries(Outside).Select(Path.GetFileName);
        if (!around.SequenceEqual(["inside", "outside"]) || !outside.SequenceEqual([Untouched]) || File.ReadAllText(Path.Combine(Outside, Untouched)) != Untouched)
        {
            throw new BrokenRuleException($"written outside of the folder: {string.Join(", ", Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories).Where(each => !each.StartsWith(Inside + "/", StringComparison.Ordinal)))}");
        }
    }
}
