namespace Rebalancer.Agent.Host;

/// <summary>Lines of ours in a file of somebody else's, between two marks: what is around them stays as it was, byte for byte.</summary>
internal static class MarkedBlock
{
    private const string Begin = "# BEGIN rebalancer: made by its installation, which also removes it\n", End = "# END rebalancer\n";

    public static string Of(string lines) => $"{Begin}{lines.TrimEnd('\n')}\n{End}";

    /// <summary>The file without any of our blocks. One without an end is not ours to guess at, and stays.</summary>
    public static string Strip(string text)
    {
        while (text.IndexOf(Begin, StringComparison.Ordinal) is >= 0 and var from && text.IndexOf(End, from, StringComparison.Ordinal) is >= 0 and var to)
        {
            text = text.Remove(from, to + End.Length - from);
        }

        return text;
    }
}
