using System.Globalization;

namespace Rebalancer.Simulation.Kernel;

/// <summary>What happened, in order: a hash by which two runs are compared, and the lines of a run that is looked at.</summary>
internal sealed class Trace(Simulator simulator, Action<string>? show)
{
    private const int MaximumLast = 60;
    private const ulong Prime = 1099511628211;
    private readonly Queue<string> last = new();

    public ulong Hash { get; private set; } = 14695981039346656037;

    public long Lines { get; private set; }

    /// <summary>The end of the story, for whoever reads of a failure.</summary>
    public IReadOnlyCollection<string> Last => last;

    public void Add(string who, string what)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{simulator.Now.TotalSeconds,9:0.000} {who,-14} {what}");
        foreach (var letter in line)
        {
            Hash = (Hash ^ letter) * Prime;
        }

        Lines++;
        last.Enqueue(line);
        if (last.Count > MaximumLast)
        {
            last.Dequeue();
        }

        show?.Invoke(line);
    }
}
