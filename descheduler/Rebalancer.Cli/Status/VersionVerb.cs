using System.CommandLine;
using System.Reflection;
using Rebalancer.Cli.Cluster;
using Rebalancer.Cli.Output;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Cli.Status;

/// <summary>This program's version, and the descheduler's where it can be asked. It does not fail where it cannot.</summary>
internal static class VersionVerb
{
    public static Command Create(CliContext cli)
    {
        var (options, format, system) = (new ClusterOptions(), new OutputOption(), StatusVerb.SystemNamespace());
        var command = new Command("version", "The version of this program, and of the cluster's descheduler.") { system };
        options.AddTo(command);
        format.AddTo(command);
        command.SetGuardedAction(cli, async (parsed, cancellation) =>
        {
            var (server, problem) = await ServerAsync(parsed, options, cli, parsed.GetValue(system)!, cancellation);
            var versions = new Versions(Client(), server, problem);
            format.Print(cli, parsed, versions, _ =>
            {
                cli.Output.WriteLine($"kubectl-rebalancer {versions.Client}");
                cli.Output.WriteLine($"descheduler {versions.Descheduler ?? $"not known: {problem}"}");
            });
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<(string? Version, string? Problem)> ServerAsync(ParseResult parsed, ClusterOptions options, CliContext cli, string ns, CancellationToken cancellation)
    {
        try
        {
            using var cluster = options.Connect(parsed, cli.Clock);
            var descheduler = await Component.DeploymentAsync(cluster, ns, "rebalancer-descheduler", cancellation);
            return (descheduler.Version, descheduler.Problem ?? "its image has no tag");
        }
        catch (Exception e) when (e is CliException or ApiException || ClusterAction.MayPass(e))
        {
            return (null, e.Message);
        }
    }

    private static string Client() => (typeof(VersionVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "").Split('+')[0];

    private sealed record Versions(string Client, string? Descheduler, string? Problem)
    {
        public string? Problem { get; } = Descheduler is null ? Problem : null;
    }
}
