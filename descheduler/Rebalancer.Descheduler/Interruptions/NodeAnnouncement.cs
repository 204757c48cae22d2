namespace Rebalancer.Descheduler.Interruptions;

internal enum AnnouncementKind
{
    /// <summary>The node goes away, at a known instant or not: its pods leave it now.</summary>
    Interruption,

    /// <summary>Its pods leave it whenever they can.</summary>
    Maintenance,
}

/// <summary>Somebody has said that a node's pods are to leave it.</summary>
/// <param name="Deadline">When it goes away; null: not known, or never.</param>
/// <param name="By">The annotation, taint or condition that says so.</param>
internal sealed record NodeAnnouncement(AnnouncementKind Kind, DateTimeOffset? Deadline, string By);
