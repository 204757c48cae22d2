namespace Rebalancer.Simulation.Faults;

/// <summary>Names under which is counted what goes wrong between a program and the API server.</summary>
internal static class ApiFaults
{
    public const string Conflict = "409 in vain";
    public const string Broken = "500, not done";
    public const string Throttled = "429";
    public const string LostRequest = "request lost";
    public const string LostAnswer = "answer lost";
    public const string BrokenAnswer = "500, done all the same";
    public const string Duplicate = "done twice";

    /// <summary>An object that is created twice, because the request came twice or its first answer was lost.</summary>
    public const string AlreadyExists = "already exists";
    public const string StaleWatch = "watch late";
    public const string CutWatch = "watch cut";
    public const string Expired = "watch too old";

    /// <summary>The program that has just sent a write.</summary>
    public const string LeaderDies = "leader dies";
}
