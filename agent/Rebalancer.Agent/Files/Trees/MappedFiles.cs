using Rebalancer.Agent.Files.Native;
using Rebalancer.Agent.Preflight;

namespace Rebalancer.Agent.Files.Trees;

/// <summary>
/// The files that processes write to through shared mappings: the kernel notes such a write in the file's times once, not each time. Known by their last
/// names only, since a path in a container says little about the tree behind it; a file of the same name elsewhere is sent twice for nothing.
/// </summary>
internal sealed class MappedFiles(IReadOnlySet<string> names)
{
    public static MappedFiles None { get; } = new(new HashSet<string>());

    public static MappedFiles Of(ProcFolder proc, IEnumerable<int> pids)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in pids.SelectMany(pid => proc.Lines(pid, "maps")))
        {
            // "7f..-7f.. rw-s 00000000 fe:00 1234   /data/file"
            var permissions = line.IndexOf(' ', StringComparison.Ordinal);
            var path = line.LastIndexOf('/');
            if (permissions > 0 && path > 0 && line.AsSpan(permissions + 1) is [_, 'w', _, 's', ..]) { names.Add(RawName.FromText(line[(path + 1)..])); }
        }
        return new MappedFiles(names);
    }

    /// <summary>Of a file with several names another one may be mapped.</summary>
    public bool MayBe(string path, FileFacts facts) => facts.Kind == FileKind.Regular && names.Count > 0 && (facts.Links > 1 || names.Contains(RawName.Split(path).Name));
}
