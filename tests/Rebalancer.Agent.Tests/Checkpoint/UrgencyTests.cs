using System.Globalization;
using Rebalancer.Agent.Local.Native;
using Xunit;

namespace Rebalancer.Agent.Tests.Checkpoint;

public sealed class UrgencyTests
{
    private const int NicenessField = 18 - 2, PolicyField = 40 - 2; // of proc_pid_stat(5), counted from 0 and behind the name
    private const int FirstInFirstOut = 1, Nicest = -20;

    [Fact]
    public void RunFirst_ThisThreadAndNoOther()
    {
        (int, int)? urgent = null;
        var thread = new Thread(() =>
        {
            Urgency.RunFirst();
            urgent = Scheduling();
        });
        thread.Start();
        thread.Join();

        Assert.True(urgent is (FirstInFirstOut, _) or (_, Nicest), $"{urgent}");
        Assert.True(Scheduling() is (not FirstInFirstOut, not Nicest), $"{Scheduling()}");
    }

    private static (int Policy, int Niceness) Scheduling()
    {
        var stat = File.ReadAllText("/proc/thread-self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (int.Parse(fields[PolicyField], CultureInfo.InvariantCulture), int.Parse(fields[NicenessField], CultureInfo.InvariantCulture));
    }
}
