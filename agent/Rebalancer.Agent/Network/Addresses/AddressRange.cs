using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Rebalancer.Agent.Network.Addresses;

/// <summary>The IPv4 addresses that may be given out: first to last of a subnet, without its network, broadcast and gateway address.</summary>
internal sealed class AddressRange
{
    private const int LongestPrefix = 30;
    private readonly uint _first;
    private readonly uint _last;
    private readonly uint _gateway;

    private readonly IPNetwork _network;

    private AddressRange(uint first, uint last, uint gateway, IPNetwork network) => (_first, _last, _gateway, _network) = (first, last, gateway, network);

    public int PrefixLength => _network.PrefixLength;

    public long Count => (long)_last - _first + 1 - (_gateway >= _first && _gateway <= _last ? 1 : 0);

    /// <param name="subnet">"10.88.0.0/16".</param>
    /// <param name="start">First address; "": the subnet's first.</param>
    /// <param name="end">Last address; "": the subnet's last.</param>
    /// <param name="gateway">Never given out; "": none.</param>
    /// <exception cref="AddressException">AddressRangeInvalid, with the field and its value.</exception>
    public static AddressRange Parse(string subnet, string start, string end, string gateway)
    {
        if (!IPNetwork.TryParse(subnet, out var network) || network.BaseAddress.AddressFamily != AddressFamily.InterNetwork || network.PrefixLength > LongestPrefix)
        {
            throw Invalid("subnet", subnet, $"is no IPv4 network of at most {LongestPrefix} bits");
        }

        var lowest = Number(network.BaseAddress);
        var highest = lowest | (uint)((1UL << (32 - network.PrefixLength)) - 1);
        var first = start.Length == 0 ? lowest + 1 : Inside("rangeStart", start, network);
        var last = end.Length == 0 ? highest - 1 : Inside("rangeEnd", end, network);
        if (first > last)
        {
            throw Invalid("rangeStart", start, $"is above rangeEnd '{end}'");
        }

        return new AddressRange(
            Math.Max(first, lowest + 1), Math.Min(last, highest - 1), gateway.Length == 0 ? 0 : Inside("gateway", gateway, network), network);
    }

    /// <summary>First and last address of a network that a pod may have.</summary>
    public static (string First, string Last) Ends(IPNetwork network)
    {
        var lowest = Number(network.BaseAddress);
        return (Address(lowest + 1).ToString(), Address((lowest | (uint)((1UL << (32 - network.PrefixLength)) - 1)) - 1).ToString());
    }

    /// <summary>Whether a pod of this network may have it, though perhaps another node gave it out.</summary>
    public bool IsOnLink(IPAddress address) => _network.Contains(address);

    public bool Contains(IPAddress address) => Number(address) is var number && number >= _first && number <= _last && number != _gateway;

    /// <summary>Every address once, from a random one on: two nodes seldom try the same, and a freed address is seldom given out again at once.</summary>
    public IEnumerable<IPAddress> From(Random random)
    {
        var total = (long)_last - _first + 1;
        var offset = random.NextInt64(total);
        for (long i = 0; i < total; i++)
        {
            var number = (uint)(_first + ((offset + i) % total));
            if (number != _gateway)
            {
                yield return Address(number);
            }
        }
    }

    private static uint Inside(string field, string value, IPNetwork network) =>
        IPAddress.TryParse(value, out var address) && address.AddressFamily == AddressFamily.InterNetwork && network.Contains(address)
            ? Number(address)
            : throw Invalid(field, value, $"is no address of subnet {network}");

    private static AddressException Invalid(string field, string value, string what) =>
        new(AddressReasons.InvalidRange, $"address range: {field} '{value}' {what}");

    private static uint Number(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    private static IPAddress Address(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
