using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Runtime.Runc;

/// <summary>The real runc.</summary>
internal interface IRuncProgram
{
    /// <summary>Turns this process into runc with these arguments; returns only where a test put something else in its place.</summary>
    int Become(IReadOnlyList<string> args);

    /// <summary>Runs runc as a child that shares our standard input, output and error, and waits for it.</summary>
    /// <param name="args">Arguments of runc.</param>
    /// <param name="variables">NAME=VALUE each, added to our own environment.</param>
    /// <param name="network">Path of the network namespace in which it runs; empty: ours.</param>
    /// <returns>Its exit code, or 128 + signal.</returns>
    /// <exception cref="LinuxException">The network namespace is gone.</exception>
    int Run(IReadOnlyList<string> args, IReadOnlyList<string> variables, string network = "");
}
