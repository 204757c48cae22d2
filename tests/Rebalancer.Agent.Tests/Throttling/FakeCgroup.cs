namespace Rebalancer.Agent.Tests.Throttling;

/// <summary>A folder with the files of a cgroup's CPU controller, as either version shows them.</summary>
internal sealed class FakeCgroup
{
    private readonly bool isVersion1;

    public FakeCgroup(string folder, bool isVersion1, string quota)
    {
        this.isVersion1 = isVersion1;
        Folder = Directory.CreateDirectory(folder).FullName;
        Quota = quota;
        if (isVersion1) { File.WriteAllText(Path.Combine(Folder, "cpu.cfs_period_us"), "100000\n"); }
        Use(TimeSpan.Zero);
    }

    public string Folder { get; }

    public string Quota
    {
        get => File.ReadAllText(Path.Combine(Folder, isVersion1 ? "cpu.cfs_quota_us" : "cpu.max")).Trim();
        set => File.WriteAllText(Path.Combine(Folder, isVersion1 ? "cpu.cfs_quota_us" : "cpu.max"), value + "\n");
    }

    /// <summary>CPU time since it was made.</summary>
    public void Use(TimeSpan time)
    {
        if (isVersion1) { File.WriteAllText(Path.Combine(Folder, "cpuacct.usage"), $"{time.Ticks * 100}\n"); }
        else { File.WriteAllText(Path.Combine(Folder, "cpu.stat"), $"usage_usec {time.Ticks / 10}\nuser_usec 1\nsystem_usec 1\n"); }
    }
}
