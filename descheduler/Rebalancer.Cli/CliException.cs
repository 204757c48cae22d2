using Rebalancer.Model;

namespace Rebalancer.Cli;

/// <summary>Ends the program with a message and one of <see cref="ExitCode"/>.</summary>
internal sealed class CliException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    public static CliException Bad(InvalidField field) => new(Cli.ExitCode.BadInput, field.ToString());

    public static CliException NotFound(string kind, string name) => new(Cli.ExitCode.BadInput, $"{kind} {name} does not exist");
}
