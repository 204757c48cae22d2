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

/// <summary>Whether pods can move and why not, before it matters. It does not fail where one cannot.</summary>
internal static class CheckVerb
{
    public static Command Create(CliContext cli)
    {
        var (options, format) = (new ClusterOptions(), new OutputOption());
        var pod = new Argument<string?>("POD") { Description = "Name, or namespace/name; otherwise all of the namespace.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all-namespaces", "-A") { Description = "Of every namespace." };
        var freeze = new DurationOption("--freeze-budget", "How long a pod may stand still.", "10s");
        var command = new Command("check", "Why pods can or cannot move. What only a pod's node can see, such as open devices, is found when it moves.") { pod, all };
        freeze.AddTo(command);
        options.AddTo(command, namespaced: true);
        format.AddTo(command);
        command.SetClusterAction(cli, options, async (parsed, cluster, cancellation) =>
        {
            var (budget, asked) = (freeze.Read(parsed), parsed.GetValue(pod));
            if (asked is not null && parsed.GetValue(all))
            {
                throw CliException.Bad(new InvalidField("POD", "value", asked, "nothing beside --all-namespaces"));
            }

            var pods = asked is null ? await cluster.Client.ListAsync<V1Pod>(ApiResource.Pods, cancellation, parsed.GetValue(all) ? null : cluster.Namespace) : [await OneAsync(cluster, asked, cancellation)];
            var agents = await AgentsAsync(cluster, cancellation);
            var verdicts = pods.Where(p => asked is not null || !(p.Status?.Phase is "Succeeded" or "Failed")).Select(p => PodVerdict.Of(p, agents, budget, automatic: false)).ToList();
            format.Print(cli, parsed, verdicts, console =>
            {
                TextTable.Print(console, verdicts, ("pod", v => $"{v.Namespace}/{v.Pod}"), ("node", v => v.Node), ("can move", v => !v.CanMove ? "no" : v.Note is { } note ? $"yes; {note}" : "yes"), ("why not", v => string.Join("\n", v.Against.Select(a => $"{a.Reason}: {a.Message}"))));
                Notes(cli.Output, verdicts, agents);
            });
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<V1Pod> OneAsync(ClusterConnection cluster, string asked, CancellationToken cancellation)
    {
        var (ns, name) = PodName.Parse(asked, cluster.Namespace);
        return await cluster.Client.GetAsync<V1Pod>(ApiResource.Pods, ns, name, cancellation) ?? throw CliException.NotFound("pod", $"{ns}/{name}");
    }

    /// <summary>Null where the user may not look at nodes, as users of one namespace may not.</summary>
    private static async Task<HashSet<string>?> AgentsAsync(ClusterConnection cluster, CancellationToken cancellation)
    {
        try
        {
            return [.. (await cluster.Client.ListAsync<V1Node>(ApiResource.Nodes, cancellation)).Where(n => n.Metadata.Annotations?.ContainsKey(Names.AgentEndpoint) == true).Select(n => n.Metadata.Name)];
        }
        catch (ApiException e) when (e.Code == HttpStatusCode.Forbidden)
        {
            return null;
        }
    }

    private static void Notes(TextWriter output, List<PodVerdict> verdicts, HashSet<string>? agents)
    {
        output.WriteLine($"{verdicts.Count(v => v.CanMove)} of {Words.Count(verdicts.Count, "pod")} can move.");
        if (agents is null)
        {
            output.WriteLine("You may not list nodes: whether they have agents is known from the pods' conditions only.");
        }

        if (verdicts.Any(v => v.CanMove) && verdicts.All(v => v.Condition is null))
        {
            output.WriteLine($"No pod has the condition {Names.LiveMigratable}: no descheduler has looked at them.");
        }
    }
}
