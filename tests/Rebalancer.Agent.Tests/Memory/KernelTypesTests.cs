using System.Text;
using Rebalancer.Agent.Local.Memory;
using Xunit;

namespace Rebalancer.Agent.Tests.Memory;

public sealed class KernelTypesTests
{
    private const int Int = 1, Structure = 4, Union = 5, Function = 12;
    private readonly List<byte> types = [];
    private readonly List<byte> names = [0];

    [Fact]
    public void OffsetOf_MemberOfANamelessUnionInAStructure_CountsFromTheStructure()
    {
        Add("long", Int, 0, 8, 64);
        Add("", Union, 2, 8, Name("raw"), 1, 0, Name("flags"), 1, 0);
        Add("vm", Structure, 2, 24, Name("start"), 1, 0, 0, 2, 128);

        Assert.Equal(0, Parse().OffsetOf("vm", "start"));
        Assert.Equal(16, Parse().OffsetOf("vm", "flags"));
        Assert.Null(Parse().OffsetOf("vm", "fla"));
        Assert.Null(Parse().OffsetOf("mm", "flags"));
    }

    [Fact]
    public void OffsetOf_FieldOfBits_IsNull()
    {
        Add("int", Int, 0, 4, 32);
        AddRaw("s", unchecked((int)0x80000000) | (Structure << 24) | 2, 8, Name("bits"), 1, (3 << 24) | 0, Name("whole"), 1, 32);

        Assert.Null(Parse().OffsetOf("s", "bits"));
        Assert.Equal(4, Parse().OffsetOf("s", "whole"));
    }

    [Fact]
    public void OffsetOf_StructureThatHoldsItself_IsNull()
    {
        Add("s", Structure, 1, 8, 0, 1, 0);

        Assert.Null(Parse().OffsetOf("s", "member"));
    }

    [Fact]
    public void FunctionOf_ByName_IsItsNumber()
    {
        Add("iterate", Structure, 0, 0);
        Add("iterate", Function, 0, 1);

        Assert.Equal(2, Parse().FunctionOf("iterate"));
        Assert.Null(Parse().FunctionOf("other"));
    }

    [Fact]
    public void Parse_OfThisKernel_KnowsWhatAMappingIs()
    {
        var kernel = KernelTypes.Parse(File.ReadAllBytes(KernelTypes.OfThisKernel));

        Assert.Equal(0, kernel.OffsetOf("vm_area_struct", "vm_start"));
        Assert.NotNull(kernel.OffsetOf("vm_area_struct", "vm_flags"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("9feb0100")]
    [InlineData("9feb010018000000f0ffff7f000000000000000000000000")]
    [InlineData("9feb010018000000000000000000007f0000000000000000")]
    [InlineData("9feb0100180000000000000000000000ffffff7f00000000")]
    public void Parse_WrongHeader_Throws(string hex) => Assert.Throws<InvalidDataException>(() => KernelTypes.Parse(Convert.FromHexString(hex)));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Parse_AnyBytesAfterTheHeader_ReadsNothingOutside(int seed)
    {
        var random = new Random(seed);
        var body = new byte[random.Next(400)];
        random.NextBytes(body);
        // Without this most types are ones that nobody looks into.
        for (var at = 7; at < body.Length; at += 12) { body[at] = (byte)(body[at] % 2 == 0 ? Structure : Union); }
        types.AddRange(body);
        names.AddRange("such name\0"u8);

        var parsed = Parse();

        Assert.Null(parsed.FunctionOf("no such name"));
        Assert.Null(parsed.OffsetOf("no such name", "member"));
    }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 200)];

    private int Name(string name)
    {
        var at = names.Count;
        names.AddRange([.. Encoding.UTF8.GetBytes(name), 0]);
        return at;
    }

    private void Add(string name, int kind, int count, int size, params int[] rest) => AddRaw(name, (kind << 24) | count, size, rest);

    private void AddRaw(string name, int info, int size, params int[] rest)
    {
        foreach (var number in (int[])[name.Length == 0 ? 0 : Name(name), info, size, .. rest]) { types.AddRange(BitConverter.GetBytes(number)); }
    }

    private KernelTypes Parse() => KernelTypes.Parse(
        [0x9f, 0xeb, 1, 0, .. ((int[])[24, 0, types.Count, types.Count, names.Count]).SelectMany(BitConverter.GetBytes), .. types, .. names]);
}
