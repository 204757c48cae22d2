using System.Globalization;
using Rebalancer.Agent.Preflight;

namespace Rebalancer.Agent.Throttling;

/// <summary>
/// How much CPU the processes of a cgroup may use, and have used: cpu.cfs_quota_us and cpuacct.usage of version 1, cpu.max and cpu.stat of version 2. The
/// period stays as it is.
/// </summary>
internal sealed class CpuQuota
{
    private const string Quota1 = "cpu.cfs_quota_us", Period1 = "cpu.cfs_period_us", Usage1 = "cpuacct.usage", Max2 = "cpu.max", Stat2 = "cpu.stat", Usage2 = "usage_usec ";
    /// <summary>The kernel takes no less.</summary>
    private const long MinimumQuotaUs = 1000;
    private readonly string folder, accounting;
    private readonly bool isVersion1;

    private CpuQuota(string folder, string accounting, bool isVersion1) => (this.folder, this.accounting, this.isVersion1) = (folder, accounting, isVersion1);

    /// <summary>Where the quota's files are.</summary>
    public string Folder => folder;

    /// <param name="folder">Of version 1's cpu hierarchy, or of version 2.</param>
    /// <param name="accounting">Of version 1's cpuacct hierarchy; anything where <see cref="Used"/> is not asked for, or with version 2.</param>
    /// <returns>Null: the cgroup has no CPU controller, or is gone.</returns>
    public static CpuQuota? TryOpen(string folder, string accounting)
    {
        if (folder.Length > 0 && File.Exists(Path.Combine(folder, Quota1))) { return new CpuQuota(folder, accounting, true); }
        return folder.Length > 0 && File.Exists(Path.Combine(folder, Max2)) ? new CpuQuota(folder, folder, false) : null;
    }

    /// <summary>As it stands there, to be put back by <see cref="Put"/>.</summary>
    /// <exception cref="IOException">The cgroup is gone.</exception>
    public string Value => File.ReadAllText(Path.Combine(folder, isVersion1 ? Quota1 : Max2)).Trim();

    /// <exception cref="IOException">The kernel refuses it, or the cgroup is gone.</exception>
    public void Put(string value) => File.WriteAllText(Path.Combine(folder, isVersion1 ? Quota1 : Max2), value);

    /// <summary>CPU time since the cgroup was made; null where nobody counts it.</summary>
    public TimeSpan? Used()
    {
        if (isVersion1) { return Number(ProcFolder.Text(Path.Combine(accounting, Usage1)).Trim()) is { } ns ? TimeSpan.FromMicroseconds(ns / 1e3) : null; }
        var line = ProcFolder.Text(Path.Combine(folder, Stat2)).Split('\n').FirstOrDefault(each => each.StartsWith(Usage2, StringComparison.Ordinal));
        return line is not null && Number(line[Usage2.Length..]) is { } us ? TimeSpan.FromMicroseconds(us) : null;
    }

    /// <summary>The value that lets it use so many CPUs, but no more than another value does.</summary>
    /// <exception cref="InvalidDataException">Not a value of this version.</exception>
    public string Limited(string value, double cpus)
    {
        var fields = value.Split(' ');
        var limit = fields[0] is "-1" or "max" ? long.MaxValue : Number(fields[0]) ?? throw Unknown(value);
        var period = Number(isVersion1 ? ProcFolder.Text(Path.Combine(folder, Period1)).Trim() : fields[^1]) ?? throw Unknown(value);
        var quota = Math.Min(limit, Math.Max(MinimumQuotaUs, (long)(cpus * period))).ToString(CultureInfo.InvariantCulture);
        return isVersion1 ? quota : string.Create(CultureInfo.InvariantCulture, $"{quota} {period}");
    }

    private InvalidDataException Unknown(string value) => new($"{folder} has a CPU quota of '{value}', which is none that is known");

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
