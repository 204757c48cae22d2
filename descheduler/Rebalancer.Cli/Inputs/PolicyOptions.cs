using System.CommandLine;
using Rebalancer.Cli.Cluster;
using Rebalancer.Cli.Policies;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Model;
using Rebalancer.Policy;
using Rebalancer.PolicyObjects;

namespace Rebalancer.Cli.Inputs;

/// <summary>Which policy is meant: a file, or one of the cluster's.</summary>
internal sealed class PolicyOptions
{
    private readonly Option<FileInfo?> file = new("--policy") { Description = "A RebalancePolicy, YAML or JSON." };
    private readonly Option<string?> name = new("--policy-name") { Description = "RebalancePolicy of the cluster; otherwise its only one." };

    public void AddTo(Command command)
    {
        command.Add(file);
        command.Add(name);
    }

    /// <param name="cluster">Null: none is asked.</param>
    /// <param name="notes">Takes what was assumed.</param>
    public async Task<PlanPolicy> ReadAsync(ParseResult parsed, ClusterConnection? cluster, ICollection<InvalidField> problems, ICollection<string> notes, CancellationToken cancellation)
    {
        var named = parsed.GetValue(name);
        if (named is not null && (cluster is null || parsed.GetValue(file) is not null))
        {
            problems.Add(new InvalidField("--policy-name", "value", named, "neither --snapshot nor --policy beside it"));
        }

        if (parsed.GetValue(file) is { } given)
        {
            return InputFile.ReadText(given, problems) is { } text ? PolicyFile.Read(given.Name, text, problems).Plan : new PlanPolicy();
        }

        return cluster is null ? new PlanPolicy() : await OfClusterAsync(cluster, named, problems, notes, cancellation);
    }

    private static async Task<PlanPolicy> OfClusterAsync(ClusterConnection cluster, string? named, ICollection<InvalidField> problems, ICollection<string> notes, CancellationToken cancellation)
    {
        var all = await PoliciesAsync(cluster, cancellation);
        var meant = all.Where(p => named is null || p.Metadata.Name == named).ToList();
        if (meant is [var policy])
        {
            return PolicyMapping.ToModel($"{RebalancePolicy.RebalancePolicyKind} {policy.Metadata.Name}", policy.Spec, problems).Plan;
        }

        if (named is not null || all.Count > 1)
        {
            problems.Add(new InvalidField("--policy-name", "value", named ?? "", all.Count == 0 ? "nothing, for the cluster has no RebalancePolicy" : "one of " + string.Join(", ", all.Select(p => p.Metadata.Name))));
        }
        else
        {
            notes.Add("The cluster has no RebalancePolicy: the plan is made by the defaults.");
        }

        return new PlanPolicy();
    }

    /// <summary>None where Rebalancer is not installed: a plan shows what it would do there.</summary>
    private static async Task<List<RebalancePolicy>> PoliciesAsync(ClusterConnection cluster, CancellationToken cancellation)
    {
        try
        {
            return await cluster.Client.ListAsync<RebalancePolicy>(ApiResource.RebalancePolicies, cancellation);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return [];
        }
    }
}
