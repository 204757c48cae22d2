namespace Rebalancer.Runtime.Runc;

/// <summary>The real runc.</summary>
internal interface IRuncProgram
{
    /// <summary>Turns this process into runc with these arguments; returns only where a test put something else in its place.</summary>
    int Become(IReadOnlyList<string> args);

    /// <summary>Runs runc as a child that shares our standard input, output and error, and waits for it.</summary>
    /// <param name="args">Arguments of runc.</param>
    /// <param name="variables">NAME=VALUE each, added to our own environment.</param>
    /// <returns>Its exit code, or 128 + signal.</returns>
    int Run(IReadOnlyList<string> args, params IReadOnlyList<string> variables);
}
