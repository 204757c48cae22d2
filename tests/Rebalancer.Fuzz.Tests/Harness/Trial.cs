using System.Diagnostics;

namespace Rebalancer.Fuzz.Tests.Harness;

/// <summary>One reader and one input: what the reader may not do.</summary>
internal static class Trial
{
    /// <summary>Far beyond what any input takes on a machine that is busy with something else.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <returns>Null: it has read the input, or refused it as it is documented.</returns>
    public static Finding? Play(FuzzTarget target, byte[] input)
    {
        // The reader may write into it, and the input is to be shown as it was.
        var copy = input.ToArray();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var began = Stopwatch.GetTimestamp();
        Exception? thrown = null;
        try
        {
            target.Read(copy);
        }
        catch (Exception e)
        {
            thrown = e;
        }
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        if (thrown is not null && !target.Refusals.Any(each => each.IsInstanceOfType(thrown))) { return new Finding($"{thrown.GetType().Name} {Place(thrown)}", Shown(thrown), input); }
        if (target.Secret.Length > 0 && Messages(thrown).FirstOrDefault(each => each.Contains(target.Secret, StringComparison.Ordinal)) is { } telling)
        {
            return new Finding("Secret", $"a message has content of the input: {telling}", input);
        }
        if (allocated > target.BaseBytes + (target.BytesPerByte * input.Length)) { return new Finding("Memory", $"{allocated} bytes allocated for {input.Length} of input", input); }
        return Stopwatch.GetElapsedTime(began) > Longest ? new Finding("Time", $"took {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s", input) : null;
    }

    private static IEnumerable<string> Messages(Exception? thrown)
    {
        for (var e = thrown; e is not null; e = e.InnerException) { yield return e.Message; }
    }

    /// <summary>The first frames that are the product's: the same fault met in another library's depths is one fault.</summary>
    private static string Place(Exception thrown) => string.Join(" < ", (thrown.StackTrace ?? "").Split('\n').Select(line => line.Trim())
        .Where(line => line.StartsWith("at Rebalancer.", StringComparison.Ordinal) && !line.Contains(".Fuzz.Tests.", StringComparison.Ordinal))
        .Select(line => line[3..].Split('(')[0]).Take(2));

    private static string Shown(Exception thrown) => $"{thrown.GetType().FullName}: {thrown.Message}\n{string.Join('\n', (thrown.StackTrace ?? "").Split('\n').Take(8))}";
}
