using System.Text;
using System.Text.Json;
using Rebalancer.Ledger.Accounting;
using Rebalancer.Ledger.Waste;
using Spectre.Console;
using YamlDotNet.Serialization;

namespace Rebalancer.Cli.Savings;

/// <summary>A report as it was asked for, into a file or to the output.</summary>
internal sealed class ReportWriter(IAnsiConsole console, TextWriter output)
{
    public async Task SavingsAsync(byte[] report, string format, FileInfo? file, CancellationToken cancellation)
    {
        if (format == "table")
        {
            await TableAsync(file, target => new SavingsTable(target).Print(Read<SavingsReport>(report)));
            return;
        }

        await WriteAsync(format == "yaml" ? Yaml(report) : report, file, cancellation);
    }

    public async Task WasteAsync(byte[] report, string format, FileInfo? file, CancellationToken cancellation)
    {
        if (format == "table")
        {
            await TableAsync(file, target => new WasteTable(target).Print(Read<WasteReport>(report)));
            return;
        }

        await WriteAsync(format == "yaml" ? Yaml(report) : report, file, cancellation);
    }

    private async Task TableAsync(FileInfo? file, Action<IAnsiConsole> print)
    {
        if (file is null)
        {
            print(console);
            return;
        }

        await using var writer = new StreamWriter(file.FullName);
        var target = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(writer) });
        target.Profile.Width = console.Profile.Width;
        print(target);
    }

    private async Task WriteAsync(byte[] content, FileInfo? file, CancellationToken cancellation)
    {
        if (file is not null)
        {
            await File.WriteAllBytesAsync(file.FullName, content, cancellation);
            return;
        }

        var text = Encoding.UTF8.GetString(content);
        await output.WriteAsync(text.EndsWith('\n') ? text : text + "\n");
    }

    private static T Read<T>(byte[] report)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(report, LedgerJson.Options) ?? throw new LedgerSourceException("the descheduler answered with nothing");
        }
        catch (JsonException e)
        {
            throw new LedgerSourceException($"the descheduler answered with what this version cannot read: {e.Message}");
        }
    }

    /// <summary>The same document; money stays text.</summary>
    private static byte[] Yaml(byte[] report)
    {
        using var document = JsonDocument.Parse(report);
        return Encoding.UTF8.GetBytes(new SerializerBuilder().WithQuotingNecessaryStrings().Build().Serialize(Plain(document.RootElement)!));
    }

    private static object? Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().ToDictionary(p => p.Name, p => Plain(p.Value)),
        JsonValueKind.Array => value.EnumerateArray().Select(Plain).ToList(),
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetInt64(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };
}
