using Microsoft.Extensions.Time.Testing;
using Spectre.Console;

namespace Rebalancer.Cli.Tests;

/// <summary>The program's command line, inside the test.</summary>
internal static class CommandLine
{
    private const int Width = 300;

    public static Task<Outcome> Run(params string[] arguments) => Run(new FakeTimeProvider(), arguments);

    public static async Task<Outcome> Run(TimeProvider clock, params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = Width;
        var exit = await CliCommands.Create(console, output, errors, clock).Parse(arguments).InvokeAsync();
        return new Outcome(exit, output.ToString(), errors.ToString());
    }
}

internal sealed record Outcome(int Exit, string Output, string Errors);
