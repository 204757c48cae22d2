using System.Text.Json.Serialization;

namespace Rebalancer.Benchmarks.Vmr;

/// <summary>One line of the "vmr" part of bench-planner.json.</summary>
/// <param name="FragmentRate">After the plan, which was replayed step by step.</param>
/// <param name="Bound">No plan of that many migrations reaches a lower rate.</param>
internal sealed record VmrResult(string Instance, int Moves, double Seconds, double FragmentRate, double Bound, [property: JsonIgnore] IReadOnlyList<VmrMove> Plan);
