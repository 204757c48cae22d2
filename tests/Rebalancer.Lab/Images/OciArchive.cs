using System.Formats.Tar;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rebalancer.Lab.Images;

/// <summary>Builds OCI image archives from files, without a registry. `ctr images import` takes them.</summary>
public static class OciArchive
{
    private const string IndexType = "application/vnd.oci.image.index.v1+json";
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private const string ConfigType = "application/vnd.oci.image.config.v1+json";
    private const string LayerType = "application/vnd.oci.image.layer.v1.tar";

    /// <summary>Writes an archive of one image.</summary>
    /// <exception cref="IOException">A source file cannot be read.</exception>
    public static Task BuildAsync(string path, ImageConfig config, IEnumerable<ImageFile> files, CancellationToken cancel) => BuildAsync(path, [(config, files)], cancel);

    /// <summary>Writes an archive of several images, which one import takes at once.</summary>
    /// <exception cref="IOException">A source file cannot be read.</exception>
    public static async Task BuildAsync(string path, IEnumerable<(ImageConfig Config, IEnumerable<ImageFile> Files)> images, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var tar = new TarWriter(File.Create(path), TarEntryFormat.Pax);
        await AddAsync(tar, "oci-layout", Bytes(new JsonObject { ["imageLayoutVersion"] = "1.0.0" }), cancel);
        var manifests = new JsonArray();
        var blobs = new HashSet<string>();
        foreach (var (config, files) in images)
        {
            manifests.Add(await AddImageAsync(tar, blobs, path + ".layer", config, files, cancel));
        }

        await AddAsync(tar, "index.json", Bytes(new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = IndexType, ["manifests"] = manifests }), cancel);
    }

    /// <returns>The image's entry in the index.</returns>
    private static async Task<JsonNode> AddImageAsync(TarWriter tar, HashSet<string> blobs, string layerPath, ImageConfig config, IEnumerable<ImageFile> files, CancellationToken cancel)
    {
        await using var layer = new FileStream(layerPath, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        await LayerTar.WriteAsync(layer, files, cancel);
        await layer.FlushAsync(cancel);
        layer.Position = 0;
        var layerDigest = Digest(await SHA256.HashDataAsync(layer, cancel));
        var configBlob = Bytes(ConfigOf(config, layerDigest));
        var manifest = Bytes(ManifestOf(configBlob, layerDigest, layer.Length));
        layer.Position = 0;
        if (blobs.Add(layerDigest))
        {
            await AddAsync(tar, BlobName(layerDigest), layer, cancel);
        }

        await AddAsync(tar, BlobName(Digest(SHA256.HashData(configBlob))), configBlob, cancel);
        await AddAsync(tar, BlobName(Digest(SHA256.HashData(manifest))), manifest, cancel);
        return EntryOf(config.Name, manifest);
    }

    private static JsonObject ConfigOf(ImageConfig config, string layerDigest) => new()
    {
        ["architecture"] = "amd64",
        ["os"] = "linux",
        ["config"] = new JsonObject
        {
            ["Entrypoint"] = Array(config.Entrypoint),
            ["Env"] = Array(config.Environment),
            ["WorkingDir"] = config.WorkingFolder,
        },
        ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = Array([layerDigest]) },
    };

    private static JsonObject ManifestOf(byte[] config, string layerDigest, long layerBytes) => new()
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = ManifestType,
        ["config"] = Descriptor(ConfigType, Digest(SHA256.HashData(config)), config.Length),
        ["layers"] = new JsonArray(Descriptor(LayerType, layerDigest, layerBytes)),
    };

    private static JsonObject EntryOf(string name, byte[] manifest)
    {
        var descriptor = Descriptor(ManifestType, Digest(SHA256.HashData(manifest)), manifest.Length);
        descriptor["platform"] = new JsonObject { ["architecture"] = "amd64", ["os"] = "linux" };
        descriptor["annotations"] = new JsonObject { ["io.containerd.image.name"] = name, ["org.opencontainers.image.ref.name"] = name };
        return descriptor;
    }

    private static JsonObject Descriptor(string type, string digest, long bytes) => new() { ["mediaType"] = type, ["digest"] = digest, ["size"] = bytes };

    private static JsonArray Array(IEnumerable<string> values) => new([.. values.Select(value => (JsonNode)value)]);

    private static byte[] Bytes(JsonObject value) => JsonSerializer.SerializeToUtf8Bytes(value);

    private static string Digest(byte[] hash) => "sha256:" + Convert.ToHexStringLower(hash);

    private static string BlobName(string digest) => string.Create(CultureInfo.InvariantCulture, $"blobs/{digest.Replace(':', '/')}");

    private static Task AddAsync(TarWriter tar, string name, byte[] content, CancellationToken cancel) => AddAsync(tar, name, new MemoryStream(content), cancel);

    private static Task AddAsync(TarWriter tar, string name, Stream content, CancellationToken cancel) =>
        tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content }, cancel);
}
