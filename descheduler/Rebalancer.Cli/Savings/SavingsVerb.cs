using System.CommandLine;
using Spectre.Console;

namespace Rebalancer.Cli.Savings;

/// <summary>The verbs "savings" and "waste".</summary>
internal static class SavingsVerb
{
    private static readonly TimeSpan Usual = TimeSpan.FromDays(30);

    public static Command Savings(IAnsiConsole console, TextWriter output, TextWriter errors, TimeProvider clock)
    {
        var options = new SavingsOptions();
        var since = SinceOption.Create("--since", "From when on; default 30 days ago.", clock);
        var until = SinceOption.Create("--until", "Until when; default now.", clock);
        var account = new Option<string?>("--account") { Description = "BillingAccountId of the FOCUS exports." };
        var format = new Option<string>("--output", "-o") { Description = "table, json or yaml; csv or parquet: FOCUS 1.3.", DefaultValueFactory = _ => "table" };
        format.AcceptOnlyFromAmong("table", "json", "yaml", "csv", "parquet");
        var command = new Command("savings", "What plans promised, what came of it, what moves cost and what they avoided.") { since, until, format, account };
        options.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(format) == "parquet" && options.IsToOutput(result)) { result.AddError("-o parquet needs --file: it is no text"); }
        });
        command.SetAction((parsed, cancellation) => RunAsync(errors, async () =>
        {
            var now = clock.GetUtcNow();
            var (from, to) = (parsed.GetValue(since) ?? now - Usual, parsed.GetValue(until) ?? now);
            if (to <= from) { throw new LedgerSourceException($"--since is {from:u}, expected an instant before {to:u}"); }
            var wanted = parsed.GetValue(format)!;
            var report = await options.Source(parsed).SavingsAsync(from, to, wanted switch { "csv" => "focus-csv", "parquet" => "focus-parquet", _ => "json" }, parsed.GetValue(account), cancellation);
            await new ReportWriter(console, output).SavingsAsync(report, wanted, options.File(parsed), cancellation);
        }));
        return command;
    }

    public static Command Waste(IAnsiConsole console, TextWriter output, TextWriter errors)
    {
        var options = new SavingsOptions();
        var format = new Option<string>("--output", "-o") { Description = "table, json or yaml.", DefaultValueFactory = _ => "table" };
        format.AcceptOnlyFromAmong("table", "json", "yaml");
        var command = new Command("waste", "What nodes cost now, by node and by namespace, and how much of it is idle or asked for and not used.") { format };
        options.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(errors, async () =>
            await new ReportWriter(console, output).WasteAsync(await options.Source(parsed).WasteAsync(cancellation), parsed.GetValue(format)!, options.File(parsed), cancellation)));
        return command;
    }

    private static async Task<int> RunAsync(TextWriter errors, Func<Task> report)
    {
        try
        {
            await report();
            return 0;
        }
        catch (CliException e)
        {
            await errors.WriteLineAsync(e.Message);
            return e.ExitCode;
        }
        catch (Exception e) when (e is LedgerSourceException or IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync(e.Message);
            return 1;
        }
    }
}
