using System.CommandLine;
using Spectre.Console;

namespace Rebalancer.Cli.Output;

/// <summary>The option -o, and printing by it.</summary>
internal sealed class OutputOption
{
    private const string Table = "table";
    private const string Json = "json";
    private const string Yaml = "yaml";

    private readonly Option<string> format = new("--output", "-o") { Description = "table, json or yaml.", DefaultValueFactory = _ => Table };

    public OutputOption() => format.AcceptOnlyFromAmong(Table, Json, Yaml);

    public void AddTo(Command command) => command.Add(format);

    /// <summary>For people, and not for a program.</summary>
    public bool IsTable(ParseResult parsed) => parsed.GetValue(format) == Table;

    /// <param name="people">Prints it where nothing else is asked for.</param>
    public void Print<T>(CliContext cli, ParseResult parsed, T document, Action<IAnsiConsole> people)
    {
        switch (parsed.GetValue(format))
        {
            case Json:
                cli.Output.WriteLine(DocumentText.Json(document));
                break;
            case Yaml:
                cli.Output.Write(DocumentText.Yaml(document));
                break;
            default:
                people(cli.Console);
                break;
        }
    }
}
