namespace Rebalancer.Ledger.Entries;

/// <summary>A node object, from its first sight to its end. A node that comes back under its name is another one.</summary>
public sealed record NodeEntry : LedgerEntry
{
    public required string Uid { get; init; }
    public required string Name { get; init; }

    /// <summary>Resource version that this was read at.</summary>
    public long Version { get; init; }

    /// <summary>spec.providerID, such as aws:///us-east-1a/i-0abc; empty where nobody has set it.</summary>
    public string ProviderId { get; init; } = "";
    public string InstanceType { get; init; } = "";
    public string Region { get; init; } = "";
    public string Zone { get; init; } = "";

    /// <summary>OnDemand, Spot or Reserved.</summary>
    public string Capacity { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>From here on its price is known.</summary>
    public DateTimeOffset SeenAt { get; init; }

    /// <summary>When it was seen to be gone. After an outage of this ledger that is later than it went, so that too little is counted and not too much.</summary>
    public DateTimeOffset? GoneAt { get; init; }

    /// <summary>What is paid for: the machine of the provider where it is known, else the node's name.</summary>
    public string Machine => ProviderId.Length > 0 ? ProviderId : "name:" + Name;
}

/// <summary>What a node costs from an instant on, until another entry says otherwise.</summary>
public sealed record PriceEntry : LedgerEntry
{
    public required string NodeUid { get; init; }
    public DateTimeOffset At { get; init; }
    public decimal UsdPerHour { get; init; }

    /// <summary>Price of the same machine on demand.</summary>
    public decimal ListUsdPerHour { get; init; }

    /// <summary>Override, Annotation, Catalogue or Size.</summary>
    public string Source { get; init; } = "";
    public bool Estimated { get; init; }

    /// <summary>What pays for the node whether it is there or not, "policy/commitments[0]"; empty: nothing does.</summary>
    public string Commitment { get; init; } = "";

    /// <summary>RebalancePolicy by which it was priced, "name@generation"; empty: the defaults.</summary>
    public string Policy { get; init; } = "";

    /// <summary>What goes when the node goes: nothing where a commitment pays for it.</summary>
    public decimal SavedUsdPerHour => Commitment.Length > 0 ? 0 : UsdPerHour;

    public bool SaysAsMuchAs(PriceEntry other) => this with { At = other.At } == other;
}
