using Rebalancer.Cli;
using Spectre.Console;

// Without a terminal there is no width to go by; 80 columns would break every word.
const int WidthOfFiles = 220;
if (Console.IsOutputRedirected)
{
    AnsiConsole.Profile.Width = WidthOfFiles;
}

return await CliCommands.Create(AnsiConsole.Console, Console.Out, Console.Error, TimeProvider.System).Parse(args).InvokeAsync();
