namespace Rebalancer.Agent.Memory;

/// <summary>Reads memory of one process.</summary>
/// <returns>Bytes read from the address on: fewer than asked for where a page cannot be read.</returns>
internal delegate int PageReader(ulong address, Span<byte> buffer);
