namespace Rebalancer.Agent.Files.Trees;

/// <summary>What a tree of files is in its pod.</summary>
internal enum TreeKind
{
    /// <summary>What one container wrote into its root file system: overlay's upper folder, whiteouts and opaque folders included.</summary>
    Layer,
    /// <summary>An emptyDir on the node's disk.</summary>
    Disk,
    /// <summary>An emptyDir in memory. It may hold secrets: it touches no disk on its way.</summary>
    Memory,
    /// <summary>/dev/shm, which the pod's containers share.</summary>
    SharedMemory,
}

/// <summary>The name of a tree among the files of a checkpoint: kind and name of the container or volume.</summary>
internal sealed record TreeName(TreeKind Kind, string Name)
{
    public const string Pattern = "files-*";
    private const int MaximumNameCharacters = 63;

    private static readonly Dictionary<string, TreeKind> Kinds = new(StringComparer.Ordinal)
    {
        ["layer"] = TreeKind.Layer, ["disk"] = TreeKind.Disk, ["memory"] = TreeKind.Memory, ["shm"] = TreeKind.SharedMemory,
    };

    public string FileName => $"files-{Kinds.First(kind => kind.Value == Kind).Key}-{Name}";

    public static bool IsFileName(string fileName) => fileName.StartsWith("files-", StringComparison.Ordinal);

    /// <returns>Null: no tree has such a file. The name is that of a container or volume, as Kubernetes allows it.</returns>
    public static TreeName? Parse(string fileName)
    {
        if (fileName.Split('-', 3) is not ["files", var kind, var name] || !Kinds.TryGetValue(kind, out var known)) { return null; }
        var isName = name.Length is > 0 and <= MaximumNameCharacters && name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-');
        return isName ? new TreeName(known, name) : null;
    }
}
