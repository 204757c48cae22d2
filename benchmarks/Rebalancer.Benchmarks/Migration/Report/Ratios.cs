namespace Rebalancer.Benchmarks.Migration.Report;

/// <summary>A series as a multiple of runc's with the same workload and link; null where one of both was not measured.</summary>
internal sealed record Ratios(double? Stall, double? Total, double? Bytes, double? Cpu)
{
    public const string Baseline = "runc";

    public static Ratios Of(MigrationResult result, IEnumerable<MigrationResult> all)
    {
        var runc = all.FirstOrDefault(other => other.Method == Baseline && other.IsComparedWith(result));
        return new Ratios(
            Divide(result.StallP50Ms, runc?.StallP50Ms), Divide(result.TotalP50Ms, runc?.TotalP50Ms), Divide(result.BytesP50, runc?.BytesP50), Divide(result.CpuSeconds, runc?.CpuSeconds));
    }

    private static double? Divide(double? value, double? by) => by > 0 ? value / by : null;
}
