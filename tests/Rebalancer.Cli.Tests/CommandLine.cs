using Microsoft.Extensions.Time.Testing;
using Spectre.Console;

namespace Rebalancer.Cli.Tests;

/// <summary>The program's command line, inside the test.</summary>
internal static class CommandLine
{
    private const int Width = 200;

    public static async Task<(int Exit, string Output, string Errors)> Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = Width;
        var exit = await CliCommands.Create(console, output, errors, new FakeTimeProvider()).Parse(arguments).InvokeAsync();
        return (exit, output.ToString(), errors.ToString());
    }
}
