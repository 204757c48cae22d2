using Google.Protobuf;
using Rebalancer.Agent.Contracts;
using Rebalancer.Fuzz.Tests.Harness;

namespace Rebalancer.Fuzz.Tests.Targets;

/// <summary>What another node's agent sends to the agents' port itself, below the messages: HTTP/2's frames, and gRPC's in them.</summary>
internal static class PeerCalls
{
    /// <summary>UID of the one that the endpoint has a part in.</summary>
    public const string Migration = "0123-abc";

    public static IEnumerable<FuzzTarget> All()
    {
        yield return Target("http2-frames", [.. Http2.Start(), .. Http2.Call(1, Http2.Probe, Probe()), .. Http2.Call(3, Http2.Move, Move())], input => input, Http2.Cut);
        yield return Target("grpc-probe", Probe(), body => [.. Http2.Start(), .. Http2.Call(1, Http2.Probe, body)], Http2.CutBody);
        yield return Target("grpc-move", Move(), body => [.. Http2.Start(), .. Http2.Call(1, Http2.Move, body)], Http2.CutBody);
    }

    public static byte[] Probe() => Http2.Message(new ProbeRequest { Node = "n2" }.ToByteArray());

    public static byte[] Move() =>
    [
        .. Http2.Message(new MoveFrame { Hello = new Hello { MigrationNamespace = "shop", MigrationName = "move", MigrationUid = Migration } }.ToByteArray()),
        .. Http2.Message(new MoveFrame { Freezing = new Freezing() }.ToByteArray()),
        .. Http2.Message(new MoveFrame { Packet = new HeldPacket { VnetHdr = ByteString.CopyFrom(new byte[10]), Frame = ByteString.CopyFrom(new byte[60]) } }.ToByteArray()),
    ];

    private static FuzzTarget Target(string name, byte[] seed, Func<byte[], byte[]> connection, Func<byte[], IReadOnlyList<byte[]>> cut) =>
        new(name, InputForm.Binary, [seed], input => Play(connection(input)), typeof(IOException)) { Inputs = 100, Records = cut };

    private static void Play(byte[] input)
    {
        var answer = PeerEndpoint.Instance.PlayAsync(input).GetAwaiter().GetResult();
        if (answer.HungUp || answer.Error > 0) { throw new IOException($"hung up, error {answer.Error}"); }
        if (Http2.Ended(input).FirstOrDefault(each => answer.StatusOf(each) != "0") is > 0 and var refused) { throw new IOException($"call {refused} ended with {answer.StatusOf(refused)}"); }
    }
}
