using Rebalancer.Lab.Processes;

namespace Rebalancer.Lab.Images;

/// <summary>Files of the nodes' cached root file system, as content of images: Debian packages are the only source of workloads.</summary>
public sealed class DebianFiles(string root)
{
    public string Root => root;

    /// <summary>Programs and shared libraries with every library they link to, at the paths where the loader looks for them.</summary>
    /// <param name="programs">Absolute paths inside the root, "/usr/bin/redis-server".</param>
    /// <exception cref="CommandException">ldd failed in the root file system.</exception>
    public async Task<IReadOnlyList<ImageFile>> ProgramsAsync(CancellationToken cancel, params IReadOnlyList<string> programs)
    {
        var linked = await Command.CheckedAsync(["chroot", root, "ldd", .. programs], cancel);
        var libraries = linked.Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries).Where(word => word.StartsWith('/') && !word.EndsWith(':'));
        return [.. libraries.Concat(programs).Distinct().Select(File)];
    }

    /// <summary>A statically linked program.</summary>
    public ImageFile File(string path) => ImageFile.Copy(path, Resolve(path));

    /// <summary>A file under another name.</summary>
    public ImageFile File(string path, string inImage) => ImageFile.Copy(inImage, Resolve(path));

    /// <summary>All regular files and links below a folder, apart from what <paramref name="without"/> names (parts of paths).</summary>
    public IEnumerable<ImageFile> Folder(string path, params IReadOnlyList<string> without) =>
        Directory.EnumerateFiles(root + path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Device })
            .Where(file => !without.Any(part => file.Contains(part, StringComparison.Ordinal)))
            .Select(file => file[root.Length..])
            .Where(Exists)
            .Select(File);

    private bool Exists(string path) => System.IO.File.Exists(Resolve(path));

    /// <summary>Follows symbolic links inside the root: an absolute target there does not mean the lab's own file system.</summary>
    private string Resolve(string path)
    {
        var resolved = "";
        var left = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        for (var steps = 0; left.TryPop(out var part); steps++)
        {
            if (steps > 1000)
            {
                throw new IOException($"{path} in {root} has a loop of links");
            }

            if (part == "..")
            {
                resolved = Path.GetDirectoryName(resolved) ?? "";
                continue;
            }

            var next = resolved.TrimEnd('/') + "/" + part;
            if (part != "." && new FileInfo(root + next).LinkTarget is { } target)
            {
                resolved = target.StartsWith('/') ? "" : resolved;
                foreach (var step in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                {
                    left.Push(step);
                }
            }
            else if (part != ".")
            {
                resolved = next;
            }
        }

        return root + resolved;
    }
}
