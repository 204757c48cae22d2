using System.Runtime.Intrinsics.X86;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Preflight;

/// <summary>What this node's processor can do.</summary>
internal static class CpuFeatures
{
    private const int XsaveLeaf = 0xD;
    private const int HighestLeafQuery = 0;

    public static NodeCpu Read(string cpuInfo) => new() { Flags = Flags(cpuInfo), XsaveBytes = XsaveBytes() };

    /// <summary>The flags of the first processor ("Features" on arm64), sorted.</summary>
    public static string Flags(string cpuInfo)
    {
        foreach (var line in cpuInfo.Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0 || line[..colon].Trim() is not ("flags" or "Features")) { continue; }
            return string.Join(' ', line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct().Order(StringComparer.Ordinal));
        }
        return "";
    }

    /// <summary>Bytes that XSAVE needs for what is enabled in XCR0 (cpuid leaf 0xD): a checkpoint's area must fit. 0 where there is no such thing.</summary>
    private static int XsaveBytes()
    {
        if (!X86Base.IsSupported || X86Base.CpuId(HighestLeafQuery, 0).Eax < XsaveLeaf) { return 0; }
        return X86Base.CpuId(XsaveLeaf, 0).Ebx;
    }
}
