using Spectre.Console;

namespace Rebalancer.Cli;

/// <summary>What every verb works with.</summary>
/// <param name="Console">For tables, and for what changes in place where it is a terminal.</param>
/// <param name="Output">For lines and documents that are never broken.</param>
internal sealed record CliContext(IAnsiConsole Console, TextWriter Output, TextWriter Errors, TimeProvider Clock);
