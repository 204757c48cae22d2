using System.Diagnostics;
using Rebalancer.Agent.Files.Archive;
using Rebalancer.Agent.Files.Native;
using Rebalancer.Agent.Files.Trees;

namespace Rebalancer.Agent.Tests.Files;

/// <summary>A source and a target folder beside each other on disk, and the ways between them.</summary>
internal sealed class TestTree : IDisposable
{
    // Not in /tmp: overlay's attributes and whiteouts need a file system that is on disk.
    private readonly string folder = Directory.CreateDirectory(Path.Combine("/var/tmp", "tree-" + Path.GetRandomFileName())).FullName;

    public TestTree(TreeKind kind = TreeKind.Layer, params string[] mountPoints)
    {
        Source = Directory.CreateDirectory(Path.Combine(folder, "source")).FullName;
        Target = Directory.CreateDirectory(Path.Combine(folder, "target")).FullName;
        Tree = new PodTree(new TreeName(kind, "main"), Source, mountPoints.ToHashSet(), "the tree");
        SourceFolder = OpenFolder.Open(Source);
        TargetFolder = OpenFolder.Open(Target);
    }

    public string Source { get; }
    public string Target { get; }
    public PodTree Tree { get; }
    public OpenFolder SourceFolder { get; }
    public OpenFolder TargetFolder { get; }

    public string this[string path] => Path.Combine(Source, path);

    /// <summary>Source to target through an archive that comes in pieces.</summary>
    /// <param name="meanwhile">Between the passes, of which there is one more than these.</param>
    public void Carry(params Action[] meanwhile)
    {
        using var bytes = new MemoryStream();
        var archive = new ArchiveWriter(bytes);
        var reader = new TreeReader(SourceFolder, Tree, archive);
        // As if begun far in the future: what the test has just made counts as settled.
        var snapshot = new TreeSnapshot(DateTimeOffset.MaxValue, MappedFiles.None);
        foreach (var _ in reader.Whole(snapshot)) { }
        foreach (var action in meanwhile.SkipLast(1))
        {
            action();
            var next = new TreeSnapshot(DateTimeOffset.MaxValue, MappedFiles.None);
            foreach (var _ in reader.Changes(snapshot, MappedFiles.None, next)) { }
            snapshot = next;
        }
        meanwhile.LastOrDefault()?.Invoke();
        foreach (var _ in reader.Changes(snapshot, MappedFiles.None)) { }
        archive.End();
        SentBytes = bytes.Length;
        Receive(bytes.ToArray(), pieceBytes: 1000);
    }

    public long SentBytes { get; private set; }

    public void Receive(byte[] archive, int pieceBytes = int.MaxValue, long maximumBytes = long.MaxValue)
    {
        using var writer = new TreeWriter(TargetFolder, Tree.Name.Kind, maximumBytes);
        var parser = new ArchiveParser(writer);
        foreach (var piece in archive.Chunk(Math.Min(pieceBytes, archive.Length))) { parser.Push(piece); }
        IsComplete = parser.IsComplete;
    }

    public bool IsComplete { get; private set; }

    /// <summary>Everything about every file: kind, mode, owner, link count, size, time, attributes, content.</summary>
    public static string Describe(string root) => Shell($"""
        cd '{root}' && find . -printf '%p %y %m %U:%G %n %s %T@ %l\n' | sed -E 's/^(\S+ d \S+ \S+) [0-9]+ [0-9]+ /\1 /' | sort
        find . -type f -exec sha256sum '{"{}"}' + | sort
        """) + Attributes(root);

    private static string Attributes(string root)
    {
        using var folder = OpenFolder.Open(root);
        var files = new TreeWalk(folder, root, new HashSet<string>()).Files().SelectMany(file =>
            ExtendedAttributes.Names(file.Folder, file.Name).Select(name => $"{file.Path} {name}={Convert.ToHexString(ExtendedAttributes.Value(file.Folder, file.Name, name)!)}"));
        return string.Join('\n', files.Order(StringComparer.Ordinal));
    }

    public static string Shell(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = shell.StandardOutput.ReadToEnd();
        var errors = shell.StandardError.ReadToEnd();
        shell.WaitForExit();
        Assert.True(shell.ExitCode == 0 && errors.Length == 0, errors);
        return output;
    }

    public void Dispose()
    {
        SourceFolder.Dispose();
        TargetFolder.Dispose();
        TreeRemoval.Remove(folder);
    }
}
