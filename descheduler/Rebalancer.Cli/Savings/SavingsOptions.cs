using System.CommandLine;
using Rebalancer.Cli.Cluster;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Cli.Savings;

/// <summary>Where a report comes from, and where it goes.</summary>
internal sealed class SavingsOptions
{
    private readonly Option<FileInfo?> ledger = new("--ledger") { Description = "A copy of a descheduler's ledger; without it the running descheduler is asked." };
    private readonly ClusterOptions cluster = new();
    private readonly Option<string> ns = new("--namespace", "-n") { Description = "Where Rebalancer is installed.", DefaultValueFactory = _ => Names.SystemNamespace };
    private readonly Option<FileInfo?> file = new("--file", "-f") { Description = "Where the report is written; without it to the output." };

    public void AddTo(Command command)
    {
        cluster.AddTo(command);
        foreach (var option in new Option[] { ledger, ns, file })
        {
            command.Add(option);
        }
    }

    /// <exception cref="CliException">It is not said in a way that makes sense how to reach the cluster.</exception>
    public ILedgerSource Source(ParseResult parsed)
        => parsed.GetValue(ledger) is { } path ? new LedgerFileSource(path.FullName) : new ServiceProxySource(cluster.Configuration(parsed), parsed.GetValue(ns)!);

    public bool IsToOutput(System.CommandLine.Parsing.CommandResult result) => result.GetValue(file) is null;

    public FileInfo? File(ParseResult parsed) => parsed.GetValue(file);
}
