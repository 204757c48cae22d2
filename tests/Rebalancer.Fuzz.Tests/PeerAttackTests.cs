using System.IO.Compression;
using Rebalancer.Fuzz.Tests.Targets;

namespace Rebalancer.Fuzz.Tests;

/// <summary>
/// Attacks on the agents' port that chance does not find: floods, and frames that fit together. Each is answered or cut off; what must hold whatever the
/// bytes are (no call left over, nothing thrown unseen, bounded memory, other nodes are answered) is seen to by <see cref="PeerEndpoint"/>.
/// </summary>
[Collection(Name)]
public sealed class PeerAttackTests
{
    /// <summary>With the other inputs one at a time: what an attack allocates is what the process does meanwhile.</summary>
    public const string Name = "Hostile input";
    private const int Many = 4000;
    private const string HungUp = "hung up";

    /// <summary>With gRPC's status, or HTTP's, of the first call. Where there are two, the other end may be busy enough to have had enough.</summary>
    private static readonly Dictionary<string, (byte[] Input, string Answer)> Attacks = new()
    {
        ["body, longer than said"] = (Call([.. PeerCalls.Probe(), 1, 2, 3]), "13"),
        ["body, shorter than said"] = (Call(Http2.Message([10], length: 100)), "13"),
        ["body, of 4 GiB as is said"] = (Call(Http2.Message([10], length: uint.MaxValue)), "2"),
        ["body, over the limit"] = (Call(Http2.Message(new byte[300 << 10])), "8"),
        ["body, two messages where one is meant"] = (Call([.. PeerCalls.Probe(), .. PeerCalls.Probe()]), "13"),
        ["body, none"] = (Call([]), "13"),
        ["body, compressed without a codec"] = (Call(Http2.Message([10], compressed: 1)), "13"),
        ["body, that grows a thousandfold"] = (Call(Http2.Message(Bomb(), compressed: 1), encoding: "gzip"), "8"),
        ["call, of no method"] = (Call(PeerCalls.Probe(), path: "/rebalancer.node.v1.NodeAgent/Nothing"), "12"),
        ["call, of the health port"] = (Call([], path: "/metrics"), "404"),
        ["call, of another content"] = (Call(PeerCalls.Probe(), contentType: "text/plain"), "13"),
        ["call, by GET"] = ([.. Http2.Start(), .. Http2.Frame(Http2.Headers, Http2.EndHeaders | Http2.EndStream, 1, Http2.Request(Http2.Probe, method: "GET"))], "404"),
        ["headers, over the limit"] = ([.. Http2.Start(), .. Headers([.. Http2.Request(Http2.Probe), .. Http2.Header("x", new string('x', 100_000))])], HungUp),
        ["headers, many"] = ([.. Http2.Start(), .. Headers([.. Http2.Request(Http2.Probe), .. Repeat(Many, _ => Http2.Header("x", "y"))])], HungUp),
        ["headers, that refer to nothing"] = ([.. Http2.Start(), .. Http2.Frame(Http2.Headers, Http2.EndHeaders | Http2.EndStream, 1, [0xff, 0xff, 0xff, 0xff, 0x7f])], HungUp),
        ["headers, without end"] = ([.. Http2.Start(), .. Http2.Frame(Http2.Headers, 0, 1, Http2.Request(Http2.Probe)), .. Repeat(Many, _ => Http2.Frame(Http2.Continuation, 0, 1, Http2.Header("x", "y")))], HungUp),
        ["headers, empty without end"] = ([.. Http2.Start(), .. Http2.Frame(Http2.Headers, 0, 1, Http2.Request(Http2.Probe)), .. Repeat(Many, _ => Http2.Frame(Http2.Continuation, 0, 1, []))], "none"),
        ["frames, of no type"] = ([.. Http2.Start(), .. Repeat(Many, _ => Http2.Frame(0xee, 0xff, 0, [1, 2, 3])), .. Good()], "0"),
        ["frames, empty"] = ([.. Http2.Start(), .. Http2.Frame(Http2.Headers, Http2.EndHeaders, 1, Http2.Request(Http2.Probe)), .. Repeat(Many, _ => Http2.Frame(Http2.Data, 0, 1, [])), .. Http2.Body(1, PeerCalls.Probe())], "0"),
        ["frames, larger than agreed"] = ([.. Http2.Start(), .. Http2.Frame(Http2.Headers, Http2.EndHeaders, 1, Http2.Request(Http2.Move)), .. Http2.Frame(Http2.Data, 0, 1, new byte[1 << 20])], HungUp),
        ["frames, of a server"] = ([.. Http2.Start(), .. Http2.Frame(Http2.Push, Http2.EndHeaders, 1, [0, 0, 0, 2])], HungUp),
        ["settings, many"] = ([.. Http2.Start(), .. Repeat(Many, _ => Http2.Frame(Http2.Settings, 0, 0, [0, 4, 0, 1, 0, 0])), .. Good()], "0|hung up"),
        ["settings, that make no sense"] = ([.. Http2.Start(), .. Http2.Frame(Http2.Settings, 0, 0, [0, 4, 0xff, 0xff, 0xff, 0xff])], HungUp),
        ["settings, without room for an answer"] = ([.. Http2.Start(), .. Http2.Frame(Http2.Settings, 0, 0, [0, 4, 0, 0, 0, 0]), .. Good()], "200"),
        ["pings, many"] = ([.. Http2.Start(), .. Repeat(Many, _ => Http2.Frame(Http2.Ping, 0, 0, new byte[8])), .. Good()], "0|hung up"),
        ["windows, that outgrow a number"] = ([.. Http2.Start(), .. Repeat(2, _ => Http2.Frame(Http2.Window, 0, 0, [0x7f, 0xff, 0xff, 0xff]))], HungUp),
        ["resets, of calls just begun"] = ([.. Http2.Start(), .. Repeat(Many, each => (byte[])[.. Http2.Frame(Http2.Headers, Http2.EndHeaders, ((uint)each * 2) + 1, Http2.Request(Http2.Move)), .. Http2.Frame(Http2.Reset, 0, ((uint)each * 2) + 1, [0, 0, 0, 8])])], HungUp),
        ["calls, at once and without end"] = ([.. Http2.Start(), .. Repeat(Many, each => Http2.Frame(Http2.Headers, Http2.EndHeaders, ((uint)each * 2) + 1, Http2.Request(Http2.Move)))], "hung up|none"),
        ["another protocol"] = ("GET / HTTP/1.1\r\nHost: n2\r\n\r\n"u8.ToArray(), HungUp),
        ["noise"] = (Noise(64 << 10), HungUp),
    };

    public static TheoryData<string> Names => [.. Attacks.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Attack_OnTheAgentsPort_IsAnsweredOrCutOff(string attack)
    {
        var (input, expected) = Attacks[attack];

        var answer = await PeerEndpoint.Instance.PlayAsync(input, waits: expected == HungUp);

        Assert.Contains(answer.HungUp || answer.Error > 0 ? HungUp : answer.StatusOf(1) ?? "none", expected.Split('|'));
        var after = await PeerEndpoint.Instance.PlayAsync([.. Http2.Start(), .. Good()]);
        Assert.Equal("0", after.StatusOf(1));
    }

    private static byte[] Good() => Http2.Call(1, Http2.Probe, PeerCalls.Probe());

    private static byte[] Call(byte[] body, string path = Http2.Probe, string contentType = "application/grpc", string encoding = "identity") => [.. Http2.Start(), .. Http2.Call(1, path, body, contentType, encoding)];

    /// <summary>A block of headers in as many frames as it needs.</summary>
    private static byte[] Headers(byte[] block)
    {
        var pieces = block.Chunk(16 << 10).ToArray();
        return [.. pieces.SelectMany((piece, at) => Http2.Frame(at == 0 ? Http2.Headers : Http2.Continuation, (byte)((at == 0 ? Http2.EndStream : 0) | (at == pieces.Length - 1 ? Http2.EndHeaders : 0)), 1, piece))];
    }

    private static IEnumerable<byte> Repeat(int count, Func<int, byte[]> frame) => Enumerable.Range(0, count).SelectMany(frame);

    /// <summary>64 MiB in 64 KiB.</summary>
    private static byte[] Bomb()
    {
        using var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.Optimal)) { gzip.Write(new byte[64 << 20]); }
        return bomb.ToArray();
    }

    private static byte[] Noise(int bytes)
    {
        var noise = new byte[bytes];
        new Random(7).NextBytes(noise);
        return noise;
    }
}
