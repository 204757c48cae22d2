namespace Rebalancer.Runtime.Arguments;

/// <summary>Ids and names that become file names of ours.</summary>
internal static class SafeNames
{
    public const int MaximumLength = 253;

    public static bool IsSafe(string name)
    {
        if (name.Length is 0 or > MaximumLength || name is "." or "..") { return false; }
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.' or '+')) { return false; }
        }
        return true;
    }
}
