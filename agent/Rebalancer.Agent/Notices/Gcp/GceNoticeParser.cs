namespace Rebalancer.Agent.Notices.Gcp;

/// <summary>Reads what Compute Engine answers in one word.</summary>
internal static class GceNoticeParser
{
    /// <exception cref="FormatException">Neither TRUE nor FALSE.</exception>
    public static bool IsPreempted(string body) => body.Trim() switch
    {
        "TRUE" => true,
        "FALSE" => false,
        _ => throw new FormatException($"preempted: '{NoticeText.Shown(body)}' is neither TRUE nor FALSE"),
    };

    /// <summary>A machine that Compute Engine itself moves to another host goes on.</summary>
    /// <exception cref="FormatException">No value that is documented.</exception>
    public static bool IsEndingMaintenance(string body) => body.Trim() switch
    {
        "TERMINATE_ON_HOST_MAINTENANCE" => true,
        "NONE" or "MIGRATE_ON_HOST_MAINTENANCE" => false,
        _ => throw new FormatException($"maintenance-event: '{NoticeText.Shown(body)}' is none of NONE, MIGRATE_ON_HOST_MAINTENANCE and TERMINATE_ON_HOST_MAINTENANCE"),
    };
}
