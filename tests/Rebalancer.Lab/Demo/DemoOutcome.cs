using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Lab.Demo;

/// <summary>How a demo ended.</summary>
/// <param name="Failures">Promises that were not kept; empty: success.</param>
internal sealed record DemoOutcome(DemoReport Report, IReadOnlyList<Migration> Migrations, IReadOnlyList<string> Failures);
