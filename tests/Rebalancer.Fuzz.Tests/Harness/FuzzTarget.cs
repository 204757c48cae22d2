namespace Rebalancer.Fuzz.Tests.Harness;

/// <summary>What kind of input a reader takes, and so how it is spoiled.</summary>
internal enum InputForm
{
    Binary,
    Text,
    Json,
}

/// <summary>One reader of bytes that somebody else has written.</summary>
/// <param name="Name">Also of its folder in the corpus.</param>
/// <param name="Seeds">Valid inputs.</param>
/// <param name="Read">Reads an input. May end, or throw one of <paramref name="Refusals"/>; what it finds wrong with the reader itself is a <see cref="BrokenRuleException"/>.</param>
/// <param name="Refusals">How the reader says no, as it is documented.</param>
internal sealed record FuzzTarget(string Name, InputForm Form, IReadOnlyList<byte[]> Seeds, Action<byte[]> Read, params Type[] Refusals)
{
    /// <summary>In a usual run; fewer where each input makes files.</summary>
    public int Inputs { get; init; } = 1500;

    /// <summary>What a reader may allocate for any input, and for each byte of it.</summary>
    public long BaseBytes { get; init; } = 4L << 20;
    public long BytesPerByte { get; init; } = 200;

    /// <summary>Cuts a valid input into records, which are then left out, repeated and mixed; empty: it has none.</summary>
    public Func<byte[], IReadOnlyList<byte[]>> Records { get; init; } = _ => [];

    /// <summary>Content of a seed that no message may repeat; empty: it has no secrets.</summary>
    public string Secret { get; init; } = "";

    public override string ToString() => Name;
}

/// <summary>A reader has done what it may not, though it has thrown nothing.</summary>
internal sealed class BrokenRuleException(string message) : Exception(message);
