namespace Rebalancer.Lab.Processes;

/// <summary>A command of the lab failed; the message holds the command, its exit code and what it printed.</summary>
public sealed class CommandException(IReadOnlyList<string> argv, CommandResult result)
    : Exception($"'{string.Join(' ', argv)}' ended with {result.ExitCode}: {result.Error.Trim()} {result.Output.Trim()}".TrimEnd())
{
    public CommandResult Result { get; } = result;
}
