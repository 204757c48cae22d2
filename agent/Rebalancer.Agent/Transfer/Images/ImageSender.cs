using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;
using Rebalancer.Agent.Contracts;

namespace Rebalancer.Agent.Transfer.Images;

/// <summary>
/// Sends the files of an image folder and of the folders in it. CRIU only ever appends to pages-*.img, so those are sent while it still writes; the small others, some of which
/// it rewrites, at the end. Not thread-safe.
/// </summary>
internal sealed class ImageSender(string folder, ImageStream stream) : IDisposable
{
    private static readonly TimeSpan TailPause = TimeSpan.FromMilliseconds(2);
    private readonly Dictionary<string, SentImage> files = new(StringComparer.Ordinal);

    public long Bytes { get; private set; }

    /// <summary>Sends page files as they grow, until <paramref name="written"/> is done.</summary>
    public async Task TailAsync(Task written, TimeProvider clock, CancellationToken cancellation)
    {
        while (!written.IsCompleted)
        {
            var before = Bytes;
            foreach (var path in Directory.EnumerateFiles(folder, "pages-*.img", SearchOption.AllDirectories)) { await SendNewAsync(path, TransferLimits.ChunkBytes, cancellation); }
            if (Bytes == before) { await Task.WhenAny(written, Task.Delay(TailPause, clock, cancellation)); }
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Sends the rest and the manifest. The folder must not change any more.</summary>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)) { await SendNewAsync(path, 1, cancellation); }
        var manifest = new Manifest();
        foreach (var (name, file) in files) { manifest.Files.Add(new ManifestFile { Path = name, Length = file.Length, XxHash3 = file.Hash.GetCurrentHashAsUInt64() }); }
        await stream.SendAsync(manifest, cancellation);
    }

    public void Dispose()
    {
        foreach (var file in files.Values) { file.Handle.Dispose(); }
    }

    /// <param name="atLeastBytes">Less than this that is new is left for later, so that a growing file is not sent in crumbs.</param>
    private async Task SendNewAsync(string path, int atLeastBytes, CancellationToken cancellation)
    {
        var name = Path.GetRelativePath(folder, path);
        if (!files.TryGetValue(name, out var file)) { files.Add(name, file = new SentImage(File.OpenHandle(path))); }
        var isEmptyAndNew = file is { Length: 0, IsAnnounced: false } && atLeastBytes == 1;
        while (true)
        {
            var left = RandomAccess.GetLength(file.Handle) - file.Length;
            if ((left <= 0 && !isEmptyAndNew) || (left < atLeastBytes && left > 0)) { return; }
            var sent = await stream.SendAsync(name, file.Handle, file.Length, (int)Math.Min(left, TransferLimits.ChunkBytes), cancellation);
            file.Hash.Append(sent.Span);
            file.Length += sent.Length;
            file.IsAnnounced = true;
            isEmptyAndNew = false;
            Bytes += sent.Length;
        }
    }

    private sealed class SentImage(SafeFileHandle handle)
    {
        public SafeFileHandle Handle { get; } = handle;
        public XxHash3 Hash { get; } = new();
        public long Length { get; set; }
        public bool IsAnnounced { get; set; }
    }
}
