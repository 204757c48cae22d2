using System.Text;
using System.Text.Json;
using Rebalancer.Agent.Checkpoint;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Criu.Images;
using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Network.Addresses;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Transfer.Images;
using Rebalancer.Cni;
using Rebalancer.Fuzz.Tests.Harness;
using Rebalancer.Runtime.Bundles;
using Rebalancer.Runtime.Containers;
using Rebalancer.Runtime.Pages;
using Rebalancer.Runtime.Restores;

namespace Rebalancer.Fuzz.Tests.Targets;

/// <summary>What lies on a node, or comes over its sockets: images of CRIU, page stores, bundles, the questions of wrapper and plugin.</summary>
internal static class NodeTargets
{
    private const ulong Heap = ImageRecords.Heap;

    public static IEnumerable<FuzzTarget> All()
    {
        var sandbox = new Sandbox();
        yield return new FuzzTarget("pagemap-image", InputForm.Binary, [Pagemap()], input => ReadPagemap(sandbox, input), typeof(InvalidDataException)) { Inputs = 1000 };
        yield return new FuzzTarget("memory-image", InputForm.Binary, [Mappings()], input => ReadMappings(sandbox, input), typeof(InvalidDataException)) { Inputs = 1000 };
        yield return new FuzzTarget("page-index", InputForm.Binary, [Index()], input => ReadIndex(sandbox, input)) { Inputs = 500 };
        yield return new FuzzTarget("late-pages", InputForm.Binary, [Late()], input => ReadLate(sandbox, input), typeof(InvalidDataException)) { Inputs = 500 };
        yield return new FuzzTarget("memory-map", InputForm.Text, [Corpus.Repository("tests/Rebalancer.Fuzz.Tests/seeds/smaps.txt")], ReadMaps) { BytesPerByte = 600 };
        yield return new FuzzTarget("local-request", InputForm.Json, [JsonSerializer.SerializeToUtf8Bytes(Request, LocalJson.Default.LocalRequest)], ReadRequest, typeof(JsonException), typeof(AddressException));
        yield return new FuzzTarget("local-reply", InputForm.Json, [JsonSerializer.SerializeToUtf8Bytes(Reply, LocalJson.Default.LocalReply)], input => JsonSerializer.Deserialize(input, LocalJson.Default.LocalReply), typeof(JsonException));
        yield return new FuzzTarget("cni", InputForm.Json, [Corpus.Repository("tests/Rebalancer.Fuzz.Tests/seeds/cni.json")], Call);
        yield return new FuzzTarget("bundle", InputForm.Json, [Corpus.Repository("tests/Rebalancer.Fuzz.Tests/seeds/config.json")], ReadBundle, typeof(JsonException)) { BytesPerByte = 500 };
        yield return new FuzzTarget("runc-state", InputForm.Json, [Corpus.Repository("tests/Rebalancer.Fuzz.Tests/seeds/state.json")], input => ReadState(sandbox, input)) { BytesPerByte = 500 };
    }

    private static LocalRequest Request => new() { Op = LocalOps.CniAdd, PodUid = "0123-abc", PodNamespace = "shop", PodName = "web", ImagePath = "/run/rebalancer/moves/0123-abc/images/redis", Pid = 7, Subnet = "10.88.0.0/16", RangeStart = "10.88.0.10", RangeEnd = "10.88.1.250", Gateway = "10.88.0.1" };

    private static LocalReply Reply => new() { Action = LocalActions.Restore, Reason = "None", ImagePath = "/run/rebalancer/moves/0123-abc/images/redis", HiddenPids = [1, 7], SubstitutePid = 9 };

    private static byte[] Pagemap()
    {
        var path = Path.GetTempFileName();
        new PagemapImage(1, [new PagemapEntry(new PageRange(Heap, Heap + 0x4000), PagemapFlags.Lazy), new PagemapEntry(new PageRange(Heap + 0x8000, Heap + 0x9000), PagemapFlags.Present)]).Write(path);
        return Taken(path);
    }

    private static byte[] Mappings()
    {
        var path = Path.GetTempFileName();
        byte[] Area(ulong start, ulong protection, ulong flags, ulong status) => new WireWriter().Number(1, start).Number(2, start + 0x4000).Number(3, 0).Number(4, 0).Number(5, protection).Number(6, flags).Number(7, status).Number(8, 1).ToArray();
        CriuImageFile.Write(path, CriuImageFile.MemoryMagic, [new WireWriter().Number(1, 0x400000).Bytes(14, Area(Heap, 3, 0x22, 0x201)).Bytes(14, Area(Heap + 0x10000, 0, 0x22, 0x201)).Bytes(14, Area(Heap + 0x20000, 0, 0, ImageArea.GuardStatus)).ToArray()]);
        return Taken(path);
    }

    private static byte[] Index()
    {
        var path = Path.GetTempFileName();
        PageIndex.Write(path, new Dictionary<(int, ulong), uint> { [(1, Heap >> PageSet.BlockShift)] = 0, [(7, (Heap >> PageSet.BlockShift) + 1)] = 1 });
        return Taken(path);
    }

    private static byte[] Late() => LatePages.ToBytes([new LatePages(1, 0, new PageRange(Heap, Heap + 0x3000)), new LatePages(7, 1, new PageRange(Heap + 0x1f_f000, Heap + 0x20_0000))]);

    private static byte[] Taken(string path)
    {
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes;
    }

    private static void ReadPagemap(Sandbox sandbox, byte[] input)
    {
        var path = Written(sandbox, "pagemap-1.img", input);
        var image = PagemapImage.Read(path);
        image.Write(path);
        if (!PagemapImage.Read(path).Entries.SequenceEqual(image.Entries)) { throw new BrokenRuleException("what was written is not what was read"); }
    }

    private static void ReadMappings(Sandbox sandbox, byte[] input)
    {
        var path = Written(sandbox, "mm-1.img", input);
        _ = MemoryImage.Read(path).Count(area => area.CanBeLazy || area.IsPrivate);
        MemoryImage.ReserveNothing(path);
        MemoryImage.SetGuards(path, [new PageRange(Heap, Heap + 0x1000)]);
        _ = MemoryImage.Read(path);
    }

    private static void ReadIndex(Sandbox sandbox, byte[] input)
    {
        var path = Written(sandbox, PageIndex.IndexName, input);
        using (var file = File.OpenHandle(Path.Combine(sandbox.Inside, PageIndex.StoreName), FileMode.Create, FileAccess.Write)) { RandomAccess.SetLength(file, 2 * PageSet.BlockBytes); }
        using var store = PageStore.Open(sandbox.Inside);
        foreach (var ((pid, block), _) in PageIndex.Read(path))
        {
            var first = store.Find(pid, block << PageSet.BlockShift);
            store.Free(pid, new PageRange(block << PageSet.BlockShift, (block << PageSet.BlockShift) + PageRange.PageBytes));
            if (first != 0) { _ = System.Runtime.InteropServices.Marshal.ReadByte(first, (int)PageSet.BlockBytes - 1); }
        }
    }

    private static void ReadLate(Sandbox sandbox, byte[] input)
    {
        Written(sandbox, LatePagesFile.LateName, input);
        File.WriteAllBytes(Path.Combine(sandbox.Inside, LatePagesFile.CameName), input.AsSpan(0, Math.Min(LatePages.Bytes, input.Length)));
        File.WriteAllBytes(Path.Combine(sandbox.Inside, PageIndex.IndexName), []);
        File.WriteAllBytes(Path.Combine(sandbox.Inside, PageIndex.StoreName), new byte[PageRange.PageBytes]);
        using (var store = PageStore.Open(sandbox.Inside)) { _ = store.LateOf(1).Ranges().Count(); }
        using var late = LateStore.TryOpen(sandbox.Inside);
        _ = late!.Missing().Count();
    }

    private static void ReadMaps(byte[] input)
    {
        var lines = Encoding.UTF8.GetString(input).Split('\n');
        _ = MemoryMap.Parse(lines).Count(area => area.CanBeLazy);
        _ = MappingFlags.Parse(lines);
        foreach (var line in lines)
        {
            _ = MountLine.Parse(line);
            _ = FileWatch.Parse(line);
        }
    }

    private static void ReadRequest(byte[] input)
    {
        if (JsonSerializer.Deserialize(input, LocalJson.Default.LocalRequest) is not { } request) { return; }
        if (MoveFolder.OwnerOf(request.ImagePath) is { } owner && !MoveFolder.IsContainerName(owner.Container)) { throw new BrokenRuleException($"{owner}"); }
        var range = AddressRange.Parse(request.Subnet, request.RangeStart, request.RangeEnd, request.Gateway);
        if (range.Count is < 0 or > 1L << 32) { throw new BrokenRuleException($"{range.Count} addresses"); }
    }

    /// <summary>Environment and standard input, one JSON text after the other.</summary>
    private static void Call(byte[] input)
    {
        var (environment, rest) = Environment(input);
        using var stdin = new MemoryStream(rest);
        using var stdout = new MemoryStream();
        var code = Entry.Run(new CniHost { Variable = environment.GetValueOrDefault, Input = stdin, Output = stdout, Clock = TimeProvider.System, Socket = "/nowhere", Limit = TimeSpan.FromSeconds(1), ConnectWindow = TimeSpan.Zero });
        if (code is not (0 or 1)) { throw new BrokenRuleException($"exit code {code}"); }
        if (stdout.Length > 0) { JsonDocument.Parse(stdout.ToArray()).Dispose(); }
    }

    private static (Dictionary<string, string> Variables, byte[] Input) Environment(byte[] input)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["CNI_COMMAND"] = "ADD" };
        var reader = new Utf8JsonReader(input, new JsonReaderOptions { AllowMultipleValues = true });
        try
        {
            if (!reader.Read() || !JsonDocument.TryParseValue(ref reader, out var document)) { return (variables, input); }
            using (document)
            {
                if (document.RootElement.ValueKind != JsonValueKind.Object) { return (variables, input); }
                foreach (var each in document.RootElement.EnumerateObject()) { variables[each.Name] = each.Value.ToString(); }
            }
            return (variables, input[(int)reader.BytesConsumed..]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (variables, input);
        }
    }

    private static void ReadBundle(byte[] input)
    {
        var config = BundleConfig.Parse(input);
        if (BundleConfig.Parse(BundleAnnotation.Set(input, "rebalancer.dev/claim", "a\"b\\c")) != config with { Claim = "a\"b\\c" } && IsPlain(input)) { throw new BrokenRuleException("setting one annotation has changed another"); }
        _ = InitStub.TakePlace(input, "/stub");
    }

    /// <summary>Of a key that stands twice nobody says which counts.</summary>
    private static bool IsPlain(byte[] input)
    {
        try
        {
            JsonDocument.Parse(input, new JsonDocumentOptions { AllowDuplicateProperties = false }).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void ReadState(Sandbox sandbox, byte[] input)
    {
        Written(sandbox, "state.json", input);
        _ = ContainerState.TryRead(sandbox.Inside);
        _ = RuncState.TryRead(sandbox.Inside);
    }

    private static string Written(Sandbox sandbox, string name, byte[] content)
    {
        if (!Directory.Exists(sandbox.Inside)) { sandbox.Empty(); }
        var path = Path.Combine(sandbox.Inside, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
