using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;
using Rebalancer.Agent.Contracts;
using Rebalancer.Agent.Files;
using Rebalancer.Agent.Files.Native;
using Rebalancer.Agent.Files.Trees;
using Rebalancer.Agent.Network;
using Rebalancer.Agent.Preflight;
using Rebalancer.Agent.Restore;
using Rebalancer.Agent.Transfer;
using Rebalancer.Agent.Transfer.Images;
using Rebalancer.Fuzz.Tests.Harness;
using Rebalancer.Runtime.Arguments;
using ZstdSharp;

namespace Rebalancer.Fuzz.Tests.Targets;

/// <summary>What another node's agent sends.</summary>
internal static class PeerTargets
{
    private static readonly Type[] Refused = [typeof(TransferException), typeof(MoveException)];

    public static IEnumerable<FuzzTarget> All()
    {
        var streams = new Sandbox();
        yield return new FuzzTarget("image-stream", InputForm.Binary, ImageRecords.Streams(), input => Receive(streams, input), Refused)
        {
            Inputs = 500, BaseBytes = 8L << 20, Records = ImageRecords.Cut, Secret = ImageRecords.Secret,
        };
        yield return new FuzzTarget("packed-data", InputForm.Binary, [ImageRecords.Packed(ImageRecords.Page()), ImageRecords.Packed(ImageRecords.Page(64))], Unpack, typeof(TransferException)) { Secret = ImageRecords.Secret };
        var trees = new Sandbox();
        yield return new FuzzTarget("archive-layer", InputForm.Binary, [Archives.Layer()], input => Take(trees, TreeKind.Layer, input), Refused) { Inputs = 500, Records = Archives.Cut, Secret = Archives.Secret };
        yield return new FuzzTarget("archive-volume", InputForm.Binary, Archives.Volumes(), input => Take(trees, TreeKind.Disk, input), Refused) { Inputs = 500, Records = Archives.Cut, Secret = Archives.Secret };
        yield return new FuzzTarget("peer-names", InputForm.Text, [.. new[] { "redis/core-1.img", "_files/files-layer-redis", "redis/1", "files-memory-cache", "0123-abc" }.Select(Encoding.UTF8.GetBytes)], Names);
        yield return new FuzzTarget("move-frames", InputForm.Binary, [.. Frames().Select(each => each.ToByteArray())], Frame, [.. Refused, typeof(InvalidProtocolBufferException)]) { Secret = ImageRecords.Secret };
        yield return new FuzzTarget("move-replies", InputForm.Binary, [.. Replies().Select(each => each.ToByteArray())], input => MoveReply.Parser.ParseFrom(input), typeof(InvalidProtocolBufferException));
    }

    private static void Receive(Sandbox sandbox, byte[] input)
    {
        ReceiveAsync(sandbox, input).GetAwaiter().GetResult();
    }

    private static async Task ReceiveAsync(Sandbox sandbox, byte[] input)
    {
        using var sink = new ReceivingSink(sandbox.Empty());
        await using var ticket = new ImageTickets().Issue(sink, "node");
        await using var stream = new MemoryStream(input);
        await ticket.ReceiveAsync(stream);
        sandbox.Check();
        if (ticket.Fault is not { } fault) { return; }
        if (fault.Message.Any(char.IsControl)) { throw new BrokenRuleException($"a message that goes to a log and a terminal holds '{Convert.ToHexString(Encoding.UTF8.GetBytes(fault.Message))}'"); }
        throw fault;
    }

    private static void Unpack(byte[] input)
    {
        using var decompressor = new Decompressor();
        var room = new byte[TransferLimits.ChunkBytes + 1];
        room[^1] = 0xa5;
        var bytes = PackedData.Unpack(decompressor, input, room);
        if (bytes > TransferLimits.ChunkBytes || room[^1] != 0xa5) { throw new BrokenRuleException($"{bytes} bytes unpacked"); }
    }

    private static void Take(Sandbox sandbox, TreeKind kind, byte[] input)
    {
        var folder = sandbox.Empty();
        using var tree = new ArrivingTree(new TreeName(kind, "redis"), folder, 1 << 20);
        try
        {
            // In pieces, as it arrives.
            for (var at = 0; at < input.Length; at += 1000) { tree.Take(input.AsSpan(at, Math.Min(1000, input.Length - at))); }
        }
        finally
        {
            sandbox.Check();
            using var open = OpenFolder.Open(folder);
            CheckDevices(open, kind);
        }
    }

    private static void CheckDevices(OpenFolder folder, TreeKind kind)
    {
        foreach (var name in folder.Names())
        {
            if (folder.Find(name) is not { } facts) { continue; }
            if (facts.Kind == FileKind.BlockDevice || (facts.Kind == FileKind.CharacterDevice && (kind != TreeKind.Layer || facts.Device != 0))) { throw new BrokenRuleException($"a device was made: {facts}"); }
            if (facts.Kind != FileKind.Folder) { continue; }
            using var below = folder.Below(name);
            CheckDevices(below, kind);
        }
    }

    /// <summary>A name that is accepted leads to one place below the folder that it is put in.</summary>
    private static void Names(byte[] input)
    {
        var text = Encoding.Latin1.GetString(input);
        if (ImagePath.IsIn(text, ["redis", "_files"])) { Inside(text, 2); }
        if (ImagePath.IsIn(text, []) || ImagePath.IsValid(text)) { Inside(text, 1); }
        if (ProcessName.TryParse(text) is { } process && ImagePath.IsIn($"{process.Container}/x", ["redis"])) { Inside(process.Container, 1); }
        if (TreeName.Parse(text) is { } tree) { Inside(tree.FileName, 1); }
        if (SafeNames.IsSafe(text)) { Inside(text, 1); }
        if (RawName.IsPath(text)) { Inside(text, text.Split('/').Length); }
    }

    private static void Inside(string path, int parts)
    {
        var full = Path.GetFullPath(Path.Combine("/a/b", path));
        if (!full.StartsWith("/a/b/", StringComparison.Ordinal) || full["/a/b/".Length..].Split('/').Length != parts || path.Contains('\0', StringComparison.Ordinal)) { throw new BrokenRuleException($"'{path}' was accepted"); }
    }

    private static void Frame(byte[] input)
    {
        var frame = MoveFrame.Parser.ParseFrom(input);
        var kept = new ArrivingFrames();
        switch (frame.FrameCase)
        {
            case MoveFrame.FrameOneofCase.Hello:
                TransferLimits.CheckAnnounced(frame.Hello);
                using (var sink = new RehearsalSink("/")) { sink.Open(frame.Hello, _ => { }); }
                if (new MemoryRoom("/").Check(frame.Hello.EstimatedBytes, "node") is null && frame.Hello.EstimatedBytes > 1L << 48) { throw new BrokenRuleException($"there is room for {frame.Hello.EstimatedBytes} bytes"); }
                if (DiskRoom.Check(frame.Hello.FilesBytes, "node") is null && frame.Hello.FilesBytes > 1L << 48) { throw new BrokenRuleException($"there is room for {frame.Hello.FilesBytes} bytes of files"); }
                break;
            case MoveFrame.FrameOneofCase.Packet: kept.Add(new HeldFrame(frame.Packet.VnetHdr.Memory, frame.Packet.Frame.Memory)); break;
            default: break;
        }
    }

    private static IEnumerable<MoveFrame> Frames() =>
    [
        new() { Hello = new Hello { MigrationNamespace = "shop", MigrationName = "move", MigrationUid = "0123-abc", ContainerName = "redis", EstimatedBytes = 1 << 20, Address = "10.0.0.2/24", Mac = "02:00:00:00:00:01", FilesBytes = 1 << 10, LargestMappingBytes = 1 << 20, MappedBytes = 1 << 21 } },
        new() { Packet = new HeldPacket { VnetHdr = ByteString.CopyFrom(new byte[10]), Frame = ByteString.CopyFromUtf8(ImageRecords.Secret) } },
        new() { Armed = new Armed { Descriptors = { new Descriptors { Container = "redis", Json = ByteString.CopyFromUtf8("""["/dev/null","pipe:[1]","pipe:[2]"]""") } } } },
        new() { Abort = new Abort { Reason = "Timeout", Message = "too slow" } },
    ];

    private static IEnumerable<MoveReply> Replies() =>
    [
        new() { Accepted = new Accepted { ImagesPort = 7777, ImagesTicket = ByteString.CopyFrom(new byte[ImageRecord.TicketBytes]), Codecs = { "zstd" }, LatePages = true } },
        new() { Missing = new Missing { Process = "redis/1", Bounds = { ImageRecords.Heap, ImageRecords.Heap + 4096 }, IsAll = true } },
        new() { Failed = new Failed { Reason = "RestoreFailed", Message = "no", LogLine = "Error" } },
    ];
}
