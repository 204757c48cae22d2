using System.CommandLine;
using Rebalancer.Cli.Cluster;
using Rebalancer.Cli.Output;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Model;

namespace Rebalancer.Cli.Policies;

/// <summary>The verbs pause and resume: what has begun ends as it would, and nothing else begins.</summary>
internal static class PauseVerb
{
    private const int MaxReasonLength = 1024;

    public static Command Pause(CliContext cli)
    {
        var reason = new Option<string?>("--reason") { Description = "Why, for whoever reads it later." };
        var command = Create(cli, "pause", "Begins nothing under a policy, or under any, until it is resumed. Moves that have begun end as they would.", async (parsed, cluster, policy, cancellation) =>
        {
            var why = parsed.GetValue(reason);
            if (why is { Length: 0 or > MaxReasonLength })
            {
                throw CliException.Bad(new InvalidField("--reason", "length", $"{why.Length}", $"1 to {MaxReasonLength} characters"));
            }

            var was = PolicyPause.Of(policy).Reason;
            var text = why ?? was ?? $"by {await cluster.UserAsync(cancellation) ?? "somebody"}";
            return (await WriteAsync(cluster, policy, text, cancellation), was is null ? $"is paused: {text}" : was == text ? $"was paused already: {was}" : $"is paused: {text}; it was already: {was}");
        });
        command.Add(reason);
        return command;
    }

    public static Command Resume(CliContext cli)
        => Create(cli, "resume", "Takes a pause back.", async (_, cluster, policy, cancellation) => PolicyPause.Of(policy).Reason is { } was
            ? (await WriteAsync(cluster, policy, null, cancellation), $"goes on; it was paused: {was}")
            : (policy, "was not paused"));

    private static Command Create(CliContext cli, string verb, string description, Func<ParseResult, ClusterConnection, RebalancePolicy, CancellationToken, Task<(RebalancePolicy, string)>> change)
    {
        var (options, format) = (new ClusterOptions(), new OutputOption());
        var name = new Argument<string?>("POLICY") { Description = "A RebalancePolicy of the cluster; otherwise all.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command(verb, description) { name };
        options.AddTo(command);
        format.AddTo(command);
        command.SetClusterAction(cli, options, async (parsed, cluster, cancellation) =>
        {
            var (now, sentences) = (new List<PolicyPause>(), new List<string>());
            foreach (var policy in await cluster.PoliciesAsync(parsed.GetValue(name), cancellation))
            {
                var (changed, sentence) = await change(parsed, cluster, policy, cancellation);
                now.Add(PolicyPause.Of(changed));
                sentences.Add($"RebalancePolicy {policy.Metadata.Name} {sentence}");
            }

            format.Print(cli, parsed, now, _ => sentences.ForEach(cli.Output.WriteLine));
            return ExitCode.Done;
        });
        return command;
    }

    /// <param name="reason">Null: no pause.</param>
    private static Task<RebalancePolicy> WriteAsync(ClusterConnection cluster, RebalancePolicy policy, string? reason, CancellationToken cancellation)
    {
        var annotations = new Dictionary<string, string?> { [Names.Paused] = reason };
        var patch = new Dictionary<string, object> { ["metadata"] = new Dictionary<string, object> { ["uid"] = policy.Metadata.Uid, ["annotations"] = annotations } };
        return cluster.Client.MergeAsync<RebalancePolicy>(ApiResource.RebalancePolicies, null, policy.Metadata.Name, patch, cancellation);
    }
}

/// <summary>Whether a policy is paused, and by what.</summary>
internal sealed record PolicyPause(string Name, bool Paused, string? Reason)
{
    public static PolicyPause Of(RebalancePolicy policy)
        => policy.Metadata.Annotations?.TryGetValue(Names.Paused, out var reason) == true ? new PolicyPause(policy.Metadata.Name, true, reason) : new PolicyPause(policy.Metadata.Name, false, null);
}
