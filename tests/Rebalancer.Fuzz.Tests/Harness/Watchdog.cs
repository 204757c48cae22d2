namespace Rebalancer.Fuzz.Tests.Harness;

/// <summary>
/// Runs a target's inputs on a thread of their own, so that one that never ends, or that ends the process, is known: the input that is being read lies
/// in a file meanwhile.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    /// <summary>Of one input.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private const int StackBytes = 1 << 20;
    private readonly FuzzTarget target;
    private readonly FileStream current;
    private byte[] input = [];
    private int played;

    public Watchdog(FuzzTarget target)
    {
        this.target = target;
        current = new FileStream(PathOf(target), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>Left behind by a run that has died.</summary>
    public static string PathOf(FuzzTarget target) => Path.Combine(Path.GetTempPath(), $"rebalancer-fuzz-{target.Name}.input");

    public Finding? Play(byte[] next)
    {
        input = next;
        current.SetLength(0);
        current.Write(next);
        var found = Trial.Play(target, next);
        Interlocked.Increment(ref played);
        return found;
    }

    /// <summary>Runs until the work has ended, or an input has not.</summary>
    public Finding? Guard(Action work)
    {
        Exception? failed = null;
        var thread = new Thread(() =>
        {
            try { work(); }
            catch (Exception e) { failed = e; }
        }, StackBytes) { IsBackground = true };
        thread.Start();
        for (var before = -1; !thread.Join(Longest); before = Volatile.Read(ref played))
        {
            if (before == Volatile.Read(ref played)) { return new Finding("Hang", $"an input was not read within {Longest.TotalSeconds} s", input); }
        }
        return failed is null ? null : throw new InvalidOperationException($"{target.Name}: the harness failed", failed);
    }

    public void Dispose()
    {
        current.Dispose();
        File.Delete(PathOf(target));
    }
}
