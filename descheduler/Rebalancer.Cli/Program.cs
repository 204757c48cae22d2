using Rebalancer.Cli;
using Spectre.Console;

return await CliCommands.Create(AnsiConsole.Console, Console.Out, Console.Error, TimeProvider.System).Parse(args).InvokeAsync();
