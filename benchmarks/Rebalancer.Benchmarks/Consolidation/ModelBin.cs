namespace Rebalancer.Benchmarks.Consolidation;

/// <summary>A node of a baseline.</summary>
internal sealed class ModelBin(int pool, MachineOption option)
{
    private readonly Dictionary<int, int> services = [];

    public int Pool => pool;

    public MachineOption Option { get; private set; } = option;

    /// <summary>It is another machine than it was, so that no pod on it is where it began.</summary>
    public bool IsReplaced { get; private set; }

    public List<ModelPod> Pods { get; } = [];

    public long FreeCpuMilli { get; private set; } = option.CpuMilli;

    public long FreeMemoryMib { get; private set; } = option.MemoryMib;

    public bool Fits(in ModelPod pod)
        => FreeCpuMilli >= pod.CpuMilli && FreeMemoryMib >= pod.MemoryMib && pod.Pool == pool && Pods.Count < Option.MaxPods
            && (pod.MostPerNode == int.MaxValue || services.GetValueOrDefault(pod.Service) < pod.MostPerNode);

    public void Add(in ModelPod pod) => Change(pod, 1);

    public void Remove(in ModelPod pod) => Change(pod, -1);

    /// <summary>The cheapest machine that holds what is here now.</summary>
    public MachineOption Cheapest(MachineOption[] options)
        => options.Where(o => o.CpuMilli >= Option.CpuMilli - FreeCpuMilli && o.MemoryMib >= Option.MemoryMib - FreeMemoryMib && o.MaxPods >= Pods.Count).MinBy(o => o.UsdPerHour) ?? Option;

    public void Become(MachineOption other)
    {
        FreeCpuMilli += other.CpuMilli - Option.CpuMilli;
        FreeMemoryMib += other.MemoryMib - Option.MemoryMib;
        (Option, IsReplaced) = (other, true);
    }

    private void Change(ModelPod pod, int change)
    {
        if (change > 0) { Pods.Add(pod); }
        else { Pods.Remove(pod); }
        FreeCpuMilli -= change * pod.CpuMilli;
        FreeMemoryMib -= change * pod.MemoryMib;
        services[pod.Service] = services.GetValueOrDefault(pod.Service) + change;
    }
}
