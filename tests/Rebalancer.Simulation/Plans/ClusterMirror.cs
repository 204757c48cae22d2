using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Rebalancer.Model;
using Rebalancer.Rebalancing.WhatIf.Clusters;
using Rebalancer.Simulation.Cluster;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Simulation.Plans;

/// <summary>Keeps the API server's objects as kubelets, controllers of workloads, autoscaler and agents would have written them by now. What has not changed is not written.</summary>
internal sealed class ClusterMirror(SimulatedApi api, SimulatedCluster cluster)
{
    private readonly Dictionary<string, PodInfo> pods = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (NodeInfo Info, DateTimeOffset? ReleasedAt)> nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BudgetInfo> budgets = new(StringComparer.Ordinal);

    public void Write()
    {
        foreach (var node in cluster.Nodes.Values.Where(n => !nodes.TryGetValue(n.Info.Name, out var known) || !ReferenceEquals(known.Info, n.Info) || known.ReleasedAt != n.ReleasedAt))
        {
            nodes[node.Info.Name] = (node.Info, node.ReleasedAt);
            Put(Known.Nodes, new("", node.Info.Name), ClusterObjects.Of(node));
        }

        foreach (var pod in cluster.Pods.Values.Where(p => !ReferenceEquals(pods.GetValueOrDefault(p.FullName), p.Info)))
        {
            pods[pod.FullName] = pod.Info;
            Put(Known.Pods, new(pod.Info.Namespace, pod.Info.Name), ClusterObjects.Of(pod.Info));
        }

        foreach (var budget in cluster.Disruptions.Now().Where(b => budgets.GetValueOrDefault(b.FullName) != b))
        {
            budgets[budget.FullName] = budget;
            Put(Known.DisruptionBudgets, new(budget.Namespace, budget.Name), ClusterObjects.Of(budget));
        }

        if (pods.Count > cluster.Pods.Count) { Forget(pods, Known.Pods, cluster.Pods.ContainsKey, p => new(p.Namespace, p.Name)); }
        if (nodes.Count > cluster.Nodes.Count) { Forget(nodes, Known.Nodes, cluster.Nodes.ContainsKey, n => new("", n.Info.Name)); }
    }

    /// <summary>The whole object; one of another UID is another object.</summary>
    private void Put(ResourceDescriptor resource, ObjectKey key, JsonObject o)
    {
        var there = api.Store.Find(resource, key);
        if (there is not null && there.Uid != o.Text("metadata", "uid"))
        {
            api.Store.Remove(resource, there, there.ToNode());
            there = null;
        }

        if (there is null) { api.Store.Create(resource, o); }
        else { api.Store.Replace(resource, there, o); }
    }

    private void Forget<T>(Dictionary<string, T> known, ResourceDescriptor resource, Predicate<string> isThere, Func<T, ObjectKey> keyOf)
    {
        foreach (var (name, gone) in known.Where(k => !isThere(k.Key)).ToList())
        {
            known.Remove(name);
            if (api.Store.Find(resource, keyOf(gone)) is { } last) { api.Store.Remove(resource, last, last.ToNode()); }
        }
    }
}
