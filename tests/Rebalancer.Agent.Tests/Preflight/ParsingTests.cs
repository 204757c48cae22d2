using System.Text;
using Rebalancer.Agent.Preflight;

namespace Rebalancer.Agent.Tests.Preflight;

public sealed class ParsingTests
{
    private const string State = """
        {"id":"c1","init_process_pid":45,"init_process_start":279819,"cgroup_paths":{"":"/sys/fs/cgroup/unified/x","freezer":"/sys/fs/cgroup/freezer/x"},
         "config":{"labels":["bundle=/run/b","io.kubernetes.cri.sandbox-uid=uid-1","io.kubernetes.cri.container-type=container","x=a=b","broken"]}}
        """;

    [Fact]
    public void RuncState_OfVersion1_TakesTheFreezerHierarchy()
    {
        var state = RuncState.Parse(Encoding.UTF8.GetBytes(State))!;
        Assert.Equal(("c1", 45, 279819UL, "/sys/fs/cgroup/freezer/x", "uid-1", "container", "a=b"),
            (state.Id, state.InitPid, state.InitStart, state.CgroupPath, state.PodUid, state.ContainerType, state.Annotation("x")));
    }

    [Fact]
    public void RuncState_OfVersion2_TakesTheOneHierarchy() => Assert.Equal("/sys/fs/cgroup/unified/x",
        RuncState.Parse(Encoding.UTF8.GetBytes(State.Replace("freezer", "other", StringComparison.Ordinal)))!.CgroupPath);

    [Theory]
    [InlineData("\"cpu\":\"/c/x\",\"cpuacct\":\"/a/x\"", "/c/x", "/a/x")]
    [InlineData("\"\":\"/u/x\"", "/u/x", "/u/x")]
    [InlineData("\"freezer\":\"/f/x\"", "", "")]
    public void RuncState_CpuController_IsOfEitherVersion(string paths, string cpu, string accounting)
    {
        var state = RuncState.Parse(Encoding.UTF8.GetBytes("{\"id\":\"c1\",\"init_process_pid\":45,\"init_process_start\":1,\"cgroup_paths\":{" + paths + "}}"))!;
        Assert.Equal((cpu, accounting), (state.CpuCgroup, state.AccountingCgroup));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"id\":")]
    [InlineData("[]")]
    [InlineData("{\"id\":1,\"init_process_pid\":\"x\",\"init_process_start\":1}")]
    public void RuncState_FileThatIsNone_IsNull(string json)
    {
        var folder = Directory.CreateTempSubdirectory("state-").FullName;
        File.WriteAllText(Path.Combine(folder, RuncState.FileName), json);
        Assert.Null(RuncState.TryRead(folder));
        Directory.Delete(folder, recursive: true);
        Assert.Null(RuncState.TryRead(folder));
    }

    [Fact]
    public void MountLine_Overlay_GivesTheUpperFolder()
    {
        var line = MountLine.Parse(@"36 35 0:30 / / rw,relatime shared:1 - overlay overlay rw,lowerdir=/l,upperdir=/var/lib/a\040b/fs,workdir=/w")!;
        Assert.Equal(("/", "overlay", "/var/lib/a b/fs"), (line.Point, line.Kind, line.Option("upperdir")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("36 35 0:30 / / rw")]
    [InlineData("36 35 - overlay")]
    public void MountLine_Broken_IsNull(string line) => Assert.Null(MountLine.Parse(line));

    [Fact]
    public void CpuFeatures_Flags_AreSortedAndOnce() => Assert.Equal("avx fpu sse", CpuFeatures.Flags("processor\t: 0\nflags\t\t: sse fpu avx fpu\n\nprocessor\t: 1\nflags\t\t: other\n"));

    [Fact]
    public void CpuFeatures_Arm_ReadsFeatures() => Assert.Equal("asimd fp", CpuFeatures.Flags("Features\t: fp asimd\n"));

    [Theory]
    [InlineData("Version: 4.2.1\nGitID: x\n", "4.2.1")]
    [InlineData("Version: 3.17\n", "3.17")]
    [InlineData("", null)]
    [InlineData("Version: unknown\n", null)]
    public void CriuVersion_Output_IsParsed(string output, string? expected) => Assert.Equal(expected, CriuVersion.Parse(output)?.ToString());

    [Fact]
    public void ProcFolder_OwnProcess_HasStartTimeAndMemory()
    {
        var proc = new ProcFolder();
        Assert.NotNull(proc.StartTicks(Environment.ProcessId));
        Assert.True(proc.KilobyteLine(Environment.ProcessId, "status", "RssAnon") > 1_000_000);
        Assert.Null(proc.StartTicks(int.MaxValue));
        Assert.Empty(proc.Descriptors(int.MaxValue));
    }
}
