using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Local.Memory;

/// <summary>One mapping as the kernel keeps it.</summary>
/// <param name="Flags">Its vm_flags, whose meaning is the kernel's own: to be compared only.</param>
internal readonly record struct KernelMapping(ulong Start, ulong End, ulong Flags);

/// <summary>
/// The mappings of a process with their flags without a walk of its pages, which smaps costs: a BPF iterator over the mappings of one task (Linux 6.1; the
/// kernel's Documentation/bpf/bpf_iterators.rst) writes three numbers of each. Its few instructions are made here for the running kernel's structures.
/// </summary>
internal static class KernelMappings
{
    private const int ProgramLoad = 5, LinkCreate = 28, IteratorCreate = 33;
    private const int TracingProgram = 26, IteratorAttach = 28, CallSeqWrite = 127;
    private const int AttributeBytes = 120, EntryBytes = 24, Attempts = 3;
    private const long BpfSyscallX64 = 321, BpfSyscallArm64 = 280;
    /// <summary>Loaded once, for all processes; null where this kernel takes no such program.</summary>
    private static readonly Lazy<Descriptor?> Program = new(TryLoad);

    /// <summary>What the kernel has of a process now; null where this kernel cannot be asked, or the process is gone.</summary>
    public static IReadOnlyList<KernelMapping>? TryRead(int pid)
    {
        if (Program.Value is not { } program) { return null; }
        try
        {
            for (var attempt = 1; attempt <= Attempts; attempt++)
            {
                if (Read(program, pid) is { } mappings) { return mappings.Count > 0 ? mappings : null; }
            }
        }
        catch (LinuxException)
        {
            // Whoever asks has another way.
        }
        return null;
    }

    private static Descriptor? TryLoad()
    {
        try
        {
            var types = KernelTypes.Parse(File.ReadAllBytes(KernelTypes.OfThisKernel));
            return types.FunctionOf("bpf_iter_task_vma") is { } iterator
                && types.OffsetOf("vm_area_struct", "vm_start") is { } start && types.OffsetOf("vm_area_struct", "vm_end") is { } end
                && types.OffsetOf("vm_area_struct", "vm_flags") is { } flags ? Load(iterator, start, end, flags) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or LinuxException)
        {
            // An old kernel, one without descriptions of its types, or one that is locked down.
            return null;
        }
    }

    private static unsafe Descriptor Load(int iterator, int start, int end, int flags)
    {
        // The context is three pointers: to the iteration, whose first member is the file to write to; the task; and the mapping, null at the end.
        ulong[] code =
        [
            Code(0xbf, 6, 1), Code(0x79, 7, 6, 16), Code(0x15, 7, 0, 12), // r6 = context; r7 = mapping; end if there is none
            Code(0x79, 1, 7, start), Code(0x7b, 10, 1, -24), Code(0x79, 1, 7, end), Code(0x7b, 10, 1, -16), Code(0x79, 1, 7, flags), Code(0x7b, 10, 1, -8),
            Code(0x79, 1, 6, 0), Code(0x79, 1, 1, 0), Code(0xbf, 2, 10), Code(0x07, 2, 0, 0, -24), Code(0xb7, 3, 0, 0, EntryBytes), Code(0x85, 0, 0, 0, CallSeqWrite),
            Code(0xb7, 0, 0), Code(0x95, 0, 0),
        ];
        // What the kernel's helpers ask of whoever calls them.
        var license = "Dual MIT/GPL\0"u8.ToArray();
        fixed (ulong* instructions = code)
        fixed (byte* text = license)
        {
            var request = new Attributes();
            request.Put(0, TracingProgram).Put(4, code.Length).PutPointer(8, instructions).PutPointer(16, text).Put(68, IteratorAttach).Put(108, iterator);
            return request.Call(ProgramLoad, "load the iterator of mappings");
        }
    }

    /// <returns>
    /// Null: the kernel began to repeat itself, as it does while somebody waits to change the mappings (seen on 6.18 with CRIU at work on many threads): without
    /// an end, for as long as that lasts.
    /// </returns>
    private static unsafe List<KernelMapping>? Read(Descriptor program, int pid)
    {
        var about = stackalloc int[4] { pid, 0, 0, 0 };
        using var link = new Attributes().Put(0, program.Number).Put(8, IteratorAttach).PutPointer(16, about).Put(24, 4 * sizeof(int)).Call(LinkCreate, $"look at the mappings of process {pid}");
        using var file = new Attributes().Put(0, link.Number).Call(IteratorCreate, $"look at the mappings of process {pid}");
        var buffer = new byte[EntryBytes * 1024];
        var found = new List<KernelMapping>();
        for (var filled = 0; ;)
        {
            var count = (int)SystemCalls.Read(file.Number, ref buffer[filled], (nuint)(buffer.Length - filled));
            if (count < 0) { throw Descriptor.Failure($"read the mappings of process {pid}"); }
            if (count == 0) { return filled == 0 ? found : throw new LinuxException($"read the mappings of process {pid}: half of one", 0); }
            filled += count;
            var at = 0;
            for (; at + EntryBytes <= filled; at += EntryBytes)
            {
                var mapping = new KernelMapping(Word(buffer, at), Word(buffer, at + 8), Word(buffer, at + 16));
                if (found.Count > 0 && mapping.Start < found[^1].End) { return null; }
                found.Add(mapping);
            }
            buffer.AsSpan(at, filled - at).CopyTo(buffer);
            filled -= at;
        }
    }

    private static ulong Word(byte[] buffer, int at) => BinaryPrimitives.ReadUInt64LittleEndian(buffer.AsSpan(at));

    /// <summary>struct bpf_insn.</summary>
    private static ulong Code(byte operation, int to, int from, int offset = 0, int number = 0) =>
        operation | ((ulong)(to | (from << 4)) << 8) | ((ulong)(ushort)checked((short)offset) << 16) | ((ulong)(uint)number << 32);

    [DllImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static extern long Syscall(long number, long command, ref byte attributes, long bytes);

    /// <summary>union bpf_attr of one call, zero where nothing is put.</summary>
    private sealed class Attributes
    {
        private readonly byte[] bytes = new byte[AttributeBytes];

        public Attributes Put(int at, int value)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), value);
            return this;
        }

        public unsafe Attributes PutPointer(int at, void* value)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), (ulong)value);
            return this;
        }

        public Descriptor Call(int command, string what) => Descriptor.Of(
            (int)Syscall(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? BpfSyscallArm64 : BpfSyscallX64, command, ref bytes[0], AttributeBytes), what);
    }
}
