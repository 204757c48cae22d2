using Rebalancer.Model;

namespace Rebalancer.Policy.Cost.Catalogue;

/// <summary>A machine type as it can be bought.</summary>
/// <param name="Allocatable">What Kubernetes can use of it.</param>
/// <param name="MaxPods">Most pods with the provider's own network.</param>
/// <param name="OnDemand">Per hour, in the catalogue's region.</param>
public sealed record InstanceType(string Name, string Arch, ResourceSet Allocatable, int MaxPods, Money OnDemand);
