using k8s.Models;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Descheduler.Tests.World;

/// <summary>How the played agents behave; the default is a good move.</summary>
internal sealed record Script
{
    public static readonly NodeCpu Cpu = new() { Flags = "avx avx2 sse4_2", XsaveBytes = 832 };

    public bool SourceAnswers { get; init; } = true;
    public bool TargetAnswers { get; init; } = true;
    /// <summary>The source's containers run under the wrapper.</summary>
    public bool Gate { get; init; }
    public SourceStatus? SourceRefuses { get; init; }
    public TargetStatus? TargetRefuses { get; init; }
    public NodeCpu TargetCpu { get; init; } = Cpu;

    /// <summary>The target never says Prepared.</summary>
    public bool Prepares { get; init; } = true;

    /// <summary>The source never freezes.</summary>
    public bool Copies { get; init; } = true;
    public bool Freezes { get; init; } = true;

    /// <summary>The target cannot restore, before the commit.</summary>
    public bool RestoreFails { get; init; }
    public bool Commits { get; init; } = true;
    public bool Releases { get; init; } = true;
    public bool Thaws { get; init; } = true;

    /// <summary>After the commit: ColdStarted instead of Running.</summary>
    public bool ColdStarts { get; init; }
    public bool Runs { get; init; } = true;
    public Func<V1Pod, bool> KubeletRuns { get; init; } = static _ => true;
}
