using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Agent.Local;

namespace Rebalancer.Runtime.Restores;

/// <summary>
/// A run-once init container of a moved pod has done its work on the source, and kubelet runs it again on the target all the same. A program that
/// needs nothing of the image takes its place there: it ends at once with exit code 0.
/// </summary>
internal static class InitStub
{
    /// <summary>In the container. /dev is a file system of the container's own, so that nothing is written into the image's.</summary>
    public const string PathInContainer = "/dev/.rebalancer-nothing";

    private const int HeaderBytes = 64, SegmentBytes = 56;
    private const ulong Address = 0x400000;
    private const UnixFileMode Executable = (UnixFileMode)0b101_101_101;

    /// <summary>exit_group(0) in this machine's code.</summary>
    private static ReadOnlySpan<byte> Code => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => [0x31, 0xff, 0xb8, 0xe7, 0x00, 0x00, 0x00, 0x0f, 0x05], // xor edi, edi; mov eax, 231; syscall
        Architecture.Arm64 => [0x00, 0x00, 0x80, 0xd2, 0xc8, 0x0b, 0x80, 0xd2, 0x01, 0x00, 0x00, 0xd4], // mov x0, 0; mov x8, 94; svc 0
        _ => throw new RuntimeFailureException(FailureReasons.Refused, $"a {RuntimeInformation.ProcessArchitecture} processor cannot take over init containers of a moved pod"),
    };

    /// <summary>The bundle's config.json with the stub in the program's place; everything else of the container stays.</summary>
    /// <exception cref="JsonException">Not a config.json with a process.</exception>
    public static byte[] TakePlace(ReadOnlySpan<byte> json, string program)
    {
        try
        {
            return WithStub(json, program);
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException($"config.json: {e.Message}", e);
        }
    }

    private static byte[] WithStub(ReadOnlySpan<byte> json, string program)
    {
        // A key that stands twice would throw later, as another exception.
        if (JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) is not JsonObject config || config["process"] is not JsonObject process) { throw new JsonException("config.json has no process"); }
        process["args"] = new JsonArray(JsonValue.Create(PathInContainer));
        // Not the working folder of the program, which the image's volumes may be needed for.
        process["cwd"] = "/";
        var mounts = config["mounts"] as JsonArray;
        if (mounts is null) { config["mounts"] = mounts = []; }
        mounts.Add((JsonNode)new JsonObject
        {
            ["destination"] = PathInContainer,
            ["type"] = "bind",
            ["source"] = program,
            ["options"] = new JsonArray(JsonValue.Create("bind"), JsonValue.Create("ro")),
        });
        return System.Text.Encoding.UTF8.GetBytes(config.ToJsonString());
    }

    /// <summary>Writes the program, unless it is there.</summary>
    public static void Install(string path)
    {
        if (File.Exists(path)) { return; }
        ProgramFile.Install(path, Program(), Executable);
    }

    /// <summary>A whole ELF executable: header, one segment, code.</summary>
    private static byte[] Program()
    {
        var code = Code;
        var size = (ulong)(HeaderBytes + SegmentBytes + code.Length);
        var machine = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? (ushort)62 : (ushort)183;
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory);
        writer.Write([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]); // 64 bits, little endian
        writer.Write((ushort)2); // executable
        writer.Write(machine);
        writer.Write(1u);
        writer.Write(Address + HeaderBytes + SegmentBytes); // entry
        writer.Write((ulong)HeaderBytes); // segments begin
        writer.Write(0ul); // no sections
        writer.Write(0u);
        writer.Write((ushort)HeaderBytes);
        writer.Write((ushort)SegmentBytes);
        writer.Write((ushort)1);
        writer.Write((ushort)0);
        writer.Write((ushort)0);
        writer.Write((ushort)0);
        writer.Write(1u); // load
        writer.Write(5u); // readable, executable
        writer.Write(0ul);
        writer.Write(Address);
        writer.Write(Address);
        writer.Write(size);
        writer.Write(size);
        writer.Write(0x1000ul);
        writer.Write(code);
        return memory.ToArray();
    }
}
