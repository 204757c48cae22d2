using System.Globalization;

namespace Rebalancer.Agent.Transfer.Images;

/// <summary>A process of the pod as peers name it: "redis/1".</summary>
/// <param name="Container">Name of its container.</param>
/// <param name="Pid">Its number there.</param>
internal readonly record struct ProcessName(string Container, int Pid)
{
    /// <returns>Null: that is no name of a process.</returns>
    public static ProcessName? TryParse(string name) =>
        name.Split('/') is [{ Length: > 0 } container, var number] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 0
            ? new ProcessName(container, pid) : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Container}/{Pid}");
}
