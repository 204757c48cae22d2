using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Memory;

namespace Rebalancer.Agent.Transfer.Images;

/// <summary>Takes the next bytes of one file, in order.</summary>
internal delegate void TakePiece(ReadOnlySpan<byte> piece);

/// <summary>
/// Writes what a peer sends into one folder that only root can read, and nowhere else: no other paths, no links, bytes in order, bounded sizes.
/// Not thread-safe: one stream, one receiver.
/// </summary>
/// <param name="folder">Exists, with the folders in it.</param>
/// <param name="folders">Names of the folders in it that may be written into, one for each container; none: the folder itself.</param>
/// <param name="estimatedBytes">What was announced; about twice as much is taken.</param>
/// <param name="pageFolder">For the pages of processes: a folder for each container is made in it when they come.</param>
/// <param name="takerOf">Files that are taken elsewhere instead, piece by piece; null from it: written here.</param>
internal sealed class ImageReceiver(string folder, IReadOnlyCollection<string> folders, string pageFolder, long estimatedBytes, Func<string, long, TakePiece?>? takerOf = null) : IDisposable
{
    private readonly Dictionary<string, OpenImage> files = new(StringComparer.Ordinal);
    private readonly long maximumBytes = TransferLimits.MaximumBytes(estimatedBytes);

    private readonly PageReceiver pages = new(pageFolder, folders, TransferLimits.MaximumBytes(estimatedBytes));

    public long Bytes { get; private set; }

    /// <exception cref="TransferException">They break a rule.</exception>
    public void WritePages(string process, ulong address, ReadOnlySpan<byte> data) => pages.Write(process, address, data);

    /// <exception cref="TransferException">They break a rule.</exception>
    public void Announce(string process, PageRange late) => pages.Announce(process, late);

    /// <exception cref="TransferException">A name that is none, bytes out of order, or too many of them.</exception>
    public void Write(string path, long offset, ReadOnlySpan<byte> data)
    {
        if (!ImagePath.IsIn(path, folders)) { throw new TransferException($"file name '{Shown(path)}' is not allowed in a checkpoint"); }
        if (Bytes + data.Length > maximumBytes) { throw new TransferException($"checkpoint is larger than {maximumBytes} bytes, of which {estimatedBytes} were announced"); }
        var file = Open(path);
        if (offset != file.Length) { throw new TransferException($"file {path}: bytes at {offset} came, {file.Length} were due"); }
        if (file.Handle is { } handle) { RandomAccess.Write(handle, data, offset); }
        file.Take?.Invoke(data);
        file.Hash.Append(data);
        file.Length += data.Length;
        Bytes += data.Length;
    }

    /// <exception cref="TransferException">What came is not what the manifest lists.</exception>
    public void Complete(Manifest manifest)
    {
        if (manifest.Files.Count != files.Count) { throw new TransferException($"{files.Count} files came, the manifest lists {manifest.Files.Count}"); }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var listed in manifest.Files)
        {
            // Twice the same would leave another file unlooked at.
            if (!seen.Add(listed.Path)) { throw new TransferException($"file '{Shown(listed.Path)}' stands in the manifest twice"); }
            if (!files.TryGetValue(listed.Path, out var file)) { throw new TransferException($"file '{Shown(listed.Path)}' of the manifest did not come"); }
            if (file.Length != listed.Length) { throw new TransferException($"file {listed.Path}: {file.Length} bytes came, the manifest lists {listed.Length}"); }
            var hash = file.Hash.GetCurrentHashAsUInt64();
            if (hash != listed.XxHash3) { throw new TransferException($"file {listed.Path}: hash {hash:x16} of what came, {listed.XxHash3:x16} in the manifest"); }
        }
        pages.Complete(manifest);
        Close();
    }

    public void Dispose() => Close();

    private OpenImage Open(string path)
    {
        if (files.TryGetValue(path, out var known)) { return known; }
        if (files.Count >= TransferLimits.Files) { throw new TransferException($"checkpoint has more than {TransferLimits.Files} files"); }
        if (takerOf?.Invoke(path, maximumBytes) is { } take)
        {
            var taken = new OpenImage(null) { Take = take };
            files.Add(path, taken);
            return taken;
        }
        using (PrivateFile.Create(Path.Combine(folder, path), FileMode.CreateNew)) { }
        var file = new OpenImage(File.OpenHandle(Path.Combine(folder, path), FileMode.Open, FileAccess.Write));
        files.Add(path, file);
        return file;
    }

    private void Close()
    {
        foreach (var file in files.Values) { file.Handle?.Dispose(); }
        pages.Dispose();
    }

    private static string Shown(string path) => path.Length > TransferLimits.PathCharacters ? path[..TransferLimits.PathCharacters] : path;

    private sealed class OpenImage(SafeFileHandle? handle)
    {
        public SafeFileHandle? Handle { get; } = handle;
        public TakePiece? Take { get; init; }
        public XxHash3 Hash { get; } = new();
        public long Length { get; set; }
    }
}
