namespace Rebalancer.Lab.Host;

/// <summary>What `exec` tells the command that it runs.</summary>
public sealed record LabEnvironment(LabSlot Slot, string RootFileSystem, string Kubectl)
{
    public static bool IsIsolated => Environment.GetEnvironmentVariable(LabSlot.Variable) is { Length: > 0 };

    /// <exception cref="LabException">Not inside the lab's namespaces.</exception>
    public static LabEnvironment EnsureIsolated() => new(
        new LabSlot(Need(LabSlot.Variable)),
        Need(Host.RootFileSystem.Variable),
        Need(Host.RootFileSystem.KubectlVariable));

    private static string Need(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
            ? value
            : throw new LabException($"{variable} is not set: nodes are made only inside the lab's namespaces. Run as root: dotnet Rebalancer.Lab.dll exec -- COMMAND (make test does)");
}
