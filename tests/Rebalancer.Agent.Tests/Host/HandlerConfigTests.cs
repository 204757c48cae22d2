using Rebalancer.Agent.Host;

namespace Rebalancer.Agent.Tests.Host;

public sealed class HandlerConfigTests
{
    private const string Path = "/etc/containerd/config.toml";

    private const string Dump = """
        version = 3
        imports = []
        [plugins]
          [plugins.'io.containerd.cri.v1.runtime'.containerd]
            default_runtime_name = 'runc'
            [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes]
              [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
                BinaryName = '/usr/lib/runc'
                SystemdCgroup = true
          [plugins.'io.containerd.cri.v1.runtime'.cni]
            bin_dirs = ['/usr/lib/cni', '/opt/cni/bin']
        """;

    [Fact]
    public void Choices_NoImports_AreADropInThenTheFileItself()
    {
        var choices = HandlerConfig.Choices(Path, "version = 3\n[grpc]\n", ContainerdDump.Parse(Dump)).ToList();

        Assert.Equal(["/etc/containerd/conf.d/rebalancer.toml", null], choices.Select(each => each.DropIn));
        Assert.Contains("imports = [\"/etc/containerd/conf.d/rebalancer.toml\"]", choices[0].MainText, StringComparison.Ordinal);
        Assert.Contains("SystemdCgroup = true", choices[0].DropInText, StringComparison.Ordinal);
        Assert.All(choices, each => Assert.Equal("version = 3\n[grpc]\n", MarkedBlock.Strip(each.MainText)));
    }

    [Fact]
    public void Choices_ImportsOfAFolder_ArePutThere()
    {
        var choice = HandlerConfig.Choices(Path, "version = 2\nimports = [\"/etc/containerd/conf.d/*.toml\"]\n", ContainerdDump.Parse(Dump)).First();

        Assert.Equal("/etc/containerd/conf.d/rebalancer.toml", choice.DropIn);
        Assert.Equal("version = 2\nimports = [\"/etc/containerd/conf.d/*.toml\"]\n", choice.MainText);
        Assert.Contains("version = 2", choice.DropInText, StringComparison.Ordinal);
    }

    [Fact]
    public void Choices_ImportsOfOneFile_LeaveOnlyTheFileItself()
    {
        var choice = Assert.Single(HandlerConfig.Choices(Path, "imports = [\"a.toml\"]\n[grpc]", ContainerdDump.Parse(Dump)));

        Assert.Null(choice.DropIn);
        Assert.StartsWith("imports = [\"a.toml\"]\n[grpc]\n# BEGIN", choice.MainText, StringComparison.Ordinal);
    }

    [Fact]
    public void DifferencesBut_SectionThatAnImportReplaced_AreFound()
    {
        var before = ContainerdDump.Parse(Dump);
        var handler = "\n[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.rebalancer.options]\nBinaryName = \"x\"\n";

        Assert.Empty(before.DifferencesBut("rebalancer", ContainerdDump.Parse(Dump + handler)));
        Assert.Contains("SystemdCgroup", Assert.Single(before.DifferencesBut("rebalancer", ContainerdDump.Parse(Dump.Replace("SystemdCgroup = true", "", StringComparison.Ordinal) + handler))), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_ContainerdOne_KnowsItsPlugin()
    {
        var dump = ContainerdDump.Parse("version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes]\n[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.runc.options]\nBinaryName = \"\"\n");

        Assert.Equal("io.containerd.grpc.v1.cri", dump.Plugin);
        Assert.Equal("", dump.HandlerOption("runc", "BinaryName"));
        Assert.False(dump.HasHandler("rebalancer"));
    }

    [Fact]
    public void Strip_BlockWithoutItsEnd_IsLeftAlone() => Assert.Equal("# BEGIN rebalancer: made by its installation, which also removes it\nx", MarkedBlock.Strip("# BEGIN rebalancer: made by its installation, which also removes it\nx"));
}
