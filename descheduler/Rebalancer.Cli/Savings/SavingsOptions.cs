using System.CommandLine;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Cli.Savings;

/// <summary>Where a report comes from, and where it goes.</summary>
internal sealed class SavingsOptions
{
    private readonly Option<FileInfo?> ledger = new("--ledger") { Description = "A copy of a descheduler's ledger; without it the running descheduler is asked." };
    private readonly Option<FileInfo?> kubeconfig = new("--kubeconfig") { Description = "How to reach the API server; without it $KUBECONFIG or ~/.kube/config." };
    private readonly Option<string?> context = new("--context") { Description = "Of the kubeconfig; without it the current one." };
    private readonly Option<string> ns = new("--namespace", "-n") { Description = "Where Rebalancer is installed.", DefaultValueFactory = _ => Names.SystemNamespace };
    private readonly Option<FileInfo?> file = new("--file", "-f") { Description = "Where the report is written; without it to the output." };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { ledger, kubeconfig, context, ns, file })
        {
            command.Add(option);
        }
    }

    public ILedgerSource Source(ParseResult parsed)
        => parsed.GetValue(ledger) is { } path ? new LedgerFileSource(path.FullName) : ServiceProxySource.Open(parsed.GetValue(kubeconfig), parsed.GetValue(context), parsed.GetValue(ns)!);

    public bool IsToOutput(System.CommandLine.Parsing.CommandResult result) => result.GetValue(file) is null;

    public FileInfo? File(ParseResult parsed) => parsed.GetValue(file);
}
