using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Files;
using Rebalancer.Agent.Files.Native;
using Rebalancer.Agent.Files.Trees;

namespace Rebalancer.Agent.Transfer.Images;

/// <summary>
/// Sends the files of an image folder and of the folders in it. CRIU only ever appends to pages-*.img, as the agent does to what it writes of the pod's
/// files, so those are sent while they grow; the small others, some of which CRIU rewrites, at the end. Not thread-safe.
/// </summary>
internal sealed class ImageSender(string folder, ImageStream stream) : IDisposable
{
    private static readonly TimeSpan TailPause = TimeSpan.FromMilliseconds(2);
    private const string PagesPattern = "pages-*.img";
    private static readonly string[] Ahead = [TreeName.Pattern, ContainerLog.Pattern];
    private readonly Dictionary<string, SentImage> files = new(StringComparer.Ordinal);

    public long Bytes { get; private set; }

    /// <summary>Sends what has been written so far of the pod's files.</summary>
    public async Task SendAheadAsync(CancellationToken cancellation)
    {
        foreach (var path in Matching(Ahead)) { await SendNewAsync(path, 1, cancellation); }
    }

    /// <summary>Sends files that are appended to as they grow, until <paramref name="written"/> is done.</summary>
    /// <param name="written">Everything has been written.</param>
    /// <param name="dumpFolders">Where CRIU writes pages that are sent as they are; in others the agent completes them first.</param>
    /// <param name="clock">For pauses.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task TailAsync(Task written, IReadOnlyCollection<string> dumpFolders, TimeProvider clock, CancellationToken cancellation)
    {
        while (!written.IsCompleted)
        {
            var before = Bytes;
            foreach (var path in Matching([TreeName.Pattern]).Concat(dumpFolders.SelectMany(each => Directory.EnumerateFiles(Path.Combine(folder, each), PagesPattern)))) { await SendNewAsync(path, TransferLimits.ChunkBytes, cancellation); }
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

    private IEnumerable<string> Matching(string[] patterns) => patterns.SelectMany(pattern => Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories));

    /// <param name="atLeastBytes">Less than this that is new is left for later, so that a growing file is not sent in crumbs.</param>
    private async Task SendNewAsync(string path, int atLeastBytes, CancellationToken cancellation)
    {
        var name = Path.GetRelativePath(folder, path);
        if (!files.TryGetValue(name, out var file)) { files.Add(name, file = SentImage.Open(path)); }
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
            if (TreeName.IsFileName(Path.GetFileName(name))) { file.GiveBack(); }
        }
    }

    private sealed class SentImage(SafeFileHandle handle)
    {
        /// <summary>A tree's archive may be large, and lies in memory: what was sent of it is not needed again.</summary>
        private const long GiveBackBytes = 4 << 20;
        private long givenBack;

        public static SentImage Open(string path) =>
            new(File.OpenHandle(path, FileMode.Open, TreeName.IsFileName(Path.GetFileName(path)) ? FileAccess.ReadWrite : FileAccess.Read, FileShare.ReadWrite));

        public void GiveBack()
        {
            if (Length - givenBack < GiveBackBytes) { return; }
            // Where the file system cannot, it only takes more memory.
            _ = FileCalls.Allocate((int)Handle.DangerousGetHandle(), FileCalls.PunchHole, givenBack, Length - givenBack);
            givenBack = Length;
        }

        public SafeFileHandle Handle { get; } = handle;
        public XxHash3 Hash { get; } = new();
        public long Length { get; set; }
        public bool IsAnnounced { get; set; }
    }
}
