using System.CommandLine;
using System.Net;
using k8s.Models;
using Rebalancer.Cli.Cluster;
using Rebalancer.Cli.Inputs;
using Rebalancer.Cli.Output;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Model;

namespace Rebalancer.Cli.Moves;

/// <summary>Moves one pod, and shows how.</summary>
internal static class MigrateVerb
{
    /// <summary>Leaves room for what the API server puts behind it.</summary>
    private const int MaxPrefixLength = 200;

    public static Command Create(CliContext cli)
    {
        var (options, format) = (new ClusterOptions(), new OutputOption());
        var pod = new Argument<string>("POD") { Description = "Name, or namespace/name." };
        var to = new Option<string?>("--to") { Description = "Node to move to; otherwise the cheapest that fits." };
        var strategy = new Option<string>("--strategy") { Description = "Auto, PreCopy, PostCopy or StopAndCopy.", DefaultValueFactory = _ => Strategies.Auto };
        strategy.AcceptOnlyFromAmong(Strategies.Auto, Strategies.PreCopy, Strategies.PostCopy, Strategies.StopAndCopy);
        var wait = new Option<bool>("--wait") { Description = "Follow it to its end; --wait=false returns at once.", DefaultValueFactory = _ => true };
        var freeze = new DurationOption("--freeze-budget", "Longest freeze that is accepted; beyond it the move rolls back.", "10s");
        var timeout = new DurationOption("--timeout", "Longest to follow it; the move goes on.", "30m");
        var command = new Command("migrate", "Moves a running pod to another node.") { pod, to, strategy, wait };
        freeze.AddTo(command);
        timeout.AddTo(command);
        options.AddTo(command, namespaced: true);
        format.AddTo(command);
        command.SetClusterAction(cli, options, async (parsed, cluster, cancellation) =>
        {
            var (limit, budget) = (timeout.Read(parsed), freeze.Read(parsed));
            var (ns, name) = PodName.Parse(parsed.GetValue(pod)!, cluster.Namespace);
            var found = await cluster.Client.GetAsync<V1Pod>(ApiResource.Pods, ns, name, cancellation) ?? throw CliException.NotFound("pod", $"{ns}/{name}");
            await RequireNodeAsync(cluster, parsed.GetValue(to), cancellation);
            var asked = await CreateAsync(cluster, found, new MigrationSpec
            {
                PodName = name,
                PodUID = found.Metadata.Uid,
                TargetNode = parsed.GetValue(to),
                Strategy = parsed.GetValue(strategy)!,
                FreezeBudget = $"{budget.TotalMilliseconds:0}ms",
                Reason = MoveReasons.Manual,
            }, cancellation);
            if (!parsed.GetValue(wait))
            {
                format.Print(cli, parsed, MoveResult.Of(asked), _ => cli.Output.WriteLine($"Migration {ns}/{asked.Metadata.Name} is asked for; kubectl get mig -n {ns} {asked.Metadata.Name} -w"));
                return ExitCode.Done;
            }

            var last = await new MoveFollower(cluster.Client, cli.Clock).FollowAsync(asked, limit, format.IsTable(parsed) ? new MoveDisplay(cli) : null, cancellation);
            var result = MoveResult.Of(last ?? asked) with { Gone = last is null };
            format.Print(cli, parsed, result, _ => cli.Output.WriteLine(result.Sentence(limit)));
            return result.Phase == Phases.Succeeded ? ExitCode.Done : ExitCode.Unsuccessful;
        });
        return command;
    }

    /// <summary>Whoever may not look at nodes learns it from the move.</summary>
    private static async Task RequireNodeAsync(ClusterConnection cluster, string? name, CancellationToken cancellation)
    {
        try
        {
            if (name is not null && await cluster.Client.GetAsync<V1Node>(ApiResource.Nodes, null, name, cancellation) is null)
            {
                throw CliException.NotFound("node", name);
            }
        }
        catch (ApiException e) when (e.Code == HttpStatusCode.Forbidden)
        {
            return;
        }
    }

    private static async Task<Migration> CreateAsync(ClusterConnection cluster, V1Pod pod, MigrationSpec spec, CancellationToken cancellation)
    {
        var prefix = "move-" + pod.Metadata.Name;
        var metadata = new V1ObjectMeta { GenerateName = (prefix.Length > MaxPrefixLength ? prefix[..MaxPrefixLength] : prefix) + "-", NamespaceProperty = pod.Metadata.NamespaceProperty };
        try
        {
            return await cluster.Client.CreateAsync(ApiResource.Migrations, pod.Metadata.NamespaceProperty, new Migration { Metadata = metadata, Spec = spec }, cancellation);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            throw new CliException(ExitCode.BadInput, $"Rebalancer is not installed in {cluster.Server}: {e.Message}");
        }
    }
}

/// <summary>A pod as users name it.</summary>
internal static class PodName
{
    public static (string Namespace, string Name) Parse(string text, string ns) => text.Split('/') switch
    {
        [{ Length: > 0 } name] => (ns, name),
        [{ Length: > 0 } own, { Length: > 0 } name] => (own, name),
        _ => throw CliException.Bad(new InvalidField("POD", "value", text, "a pod's name, or namespace/name")),
    };
}
