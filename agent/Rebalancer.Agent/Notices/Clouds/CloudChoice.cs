namespace Rebalancer.Agent.Notices.Clouds;

/// <summary>What is known without asking about whose machine this is.</summary>
/// <param name="Cloud">Null: to be found by asking, or none.</param>
/// <param name="MayAsk">Only then may it be found by asking.</param>
internal readonly record struct CloudChoice(Cloud? Cloud, bool MayAsk)
{
    public const string Auto = "auto";
    public const string None = "none";

    /// <summary>Of --cloud.</summary>
    public static readonly string[] Names = ["aws", "gcp", "azure", None, Auto];

    private static readonly CloudChoice Nowhere = new(null, MayAsk: false);

    /// <param name="option">One of <see cref="Names"/>.</param>
    /// <param name="providerId">Of the Node, as the cloud's own controller wrote it: "aws:///eu-central-1a/i-0123", "gce://project/zone/name", "azure:///subscriptions/...".</param>
    public static CloudChoice Of(string option, string? providerId) => option switch
    {
        None => Nowhere,
        "aws" => new CloudChoice(Notices.Cloud.Aws, MayAsk: false),
        "gcp" => new CloudChoice(Notices.Cloud.Gcp, MayAsk: false),
        "azure" => new CloudChoice(Notices.Cloud.Azure, MayAsk: false),
        _ => OfProvider(providerId),
    };

    private static CloudChoice OfProvider(string? providerId) => providerId?.Split("://") switch
    {
        null or [""] => new CloudChoice(null, MayAsk: true),
        ["aws", ..] => new CloudChoice(Notices.Cloud.Aws, MayAsk: false),
        ["gce", ..] => new CloudChoice(Notices.Cloud.Gcp, MayAsk: false),
        ["azure", ..] => new CloudChoice(Notices.Cloud.Azure, MayAsk: false),
        _ => Nowhere,
    };
}
