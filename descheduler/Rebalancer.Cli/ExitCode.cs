namespace Rebalancer.Cli;

/// <summary>How every verb ends. Scripts branch on it, so it is part of what the program promises.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The command line or a file makes no sense, or what it names does not exist.</summary>
    public const int BadInput = 1;

    /// <summary>The cluster cannot be reached, or refused the request.</summary>
    public const int Unreachable = 2;

    /// <summary>It was tried, and did not succeed or took too long.</summary>
    public const int Unsuccessful = 3;

    /// <summary>Interrupted by the user, as shells have it.</summary>
    public const int Interrupted = 130;
}
