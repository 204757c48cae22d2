namespace Rebalancer.Agent.Tests;

public sealed class AgentOptionsTests
{
    private static readonly AgentInput Good = new("n1", "/kube", "10.0.0.1:7443", "/ca", "/cert", "/key", "http://169.254.169.254", "/run/containerd/runc/k8s.io", "/runc", "/criu");

    [Fact]
    public void Validate_GoodInput_HasNoErrors()
    {
        Assert.Empty(AgentOptionsValidator.Validate(Good, _ => true));
        var options = AgentOptionsValidator.ToOptions(Good);
        Assert.Equal(("n1", 7443, null), (options.Node, options.Listen.Port, options.Tracker));
        Assert.Equal((new Uri("http://169.254.169.254/"), "auto", true), (AgentOptionsValidator.ToOptions(Good with { MetadataUrl = null }).MetadataUrl, options.Cloud, options.CanAcknowledge));
        Assert.Equal("Hash", AgentOptionsValidator.ToOptions(Good with { Tracker = "Hash" }).Tracker);
    }

    [Fact]
    public void Validate_EverythingWrong_TellsAllAtOnceByOptionAndValue()
    {
        var errors = AgentOptionsValidator.Validate(new("Node 1", "/kube", "10.0.0.1", "/ca", "/cert", "/key", "ftp://x", "relative", "/runc", "/criu", Tracker: "Best", Compression: "Always") { Cloud = "moon" }, _ => false);
        foreach (var expected in new[] { "--node 'Node 1'", "--listen '10.0.0.1'", "--metadata-url 'ftp://x'", "--cloud 'moon'", "--containerd-root 'relative'", "--tracker 'Best'", "--compression 'Always'", "--kubeconfig '/kube'", "--tls-ca '/ca'", "--tls-cert '/cert'", "--tls-key '/key'", "--runc '/runc'", "--criu '/criu'" })
        {
            Assert.Contains(errors, error => error.StartsWith(expected, StringComparison.Ordinal));
        }
        Assert.Equal(13, errors.Count);
    }
}
