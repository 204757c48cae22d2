using System.Text;
using k8s.Models;
using Rebalancer.Descheduler.Certificates;

namespace Rebalancer.Descheduler.Tests.Certificates;

public sealed class AgentRequestRulesTests
{
    [Fact]
    public void Check_AgentOfItsNode_MaySign() => Assert.Empty(Check(AgentRequests.Of("CN=n1", "10.0.0.1", dnsName: "n1")));

    [Fact]
    public void Check_TokenOfAnotherNode_IsNotSigned() => Assert.Contains("'n2', expected 'n1'", Assert.Single(Check(AgentRequests.Of("CN=n1", "10.0.0.1", tokenNode: "n2"))), StringComparison.Ordinal);

    [Fact]
    public void Check_TokenOfNoNode_IsNotSigned() => Assert.Single(Check(AgentRequests.Of("CN=n1", "10.0.0.1", tokenNode: null)));

    [Fact]
    public void Check_AnotherAccount_IsNotSigned() =>
        Assert.Contains("spec.username", Assert.Single(Check(AgentRequests.Of("CN=n1", "10.0.0.1", account: "system:serviceaccount:shop:rebalancer-agent"))), StringComparison.Ordinal);

    [Fact]
    public void Check_AddressOfAnotherNode_IsNotSigned() => Assert.Contains("10.0.0.2", Assert.Single(Check(AgentRequests.Of("CN=n1", "10.0.0.2"))), StringComparison.Ordinal);

    [Fact]
    public void Check_AnotherDnsName_IsNotSigned() => Assert.Contains("kubernetes.default", Assert.Single(Check(AgentRequests.Of("CN=n1", "10.0.0.1", dnsName: "kubernetes.default"))), StringComparison.Ordinal);

    [Fact]
    public void Check_EverythingWrong_TellsAllAtOnce()
    {
        var request = AgentRequests.Of("CN=n1", "10.0.0.2", account: "somebody", tokenNode: "n2", dnsName: "other");
        request.Spec.Usages = ["cert sign"];

        Assert.Equal(6, AgentRequestRules.Check(request, AgentRequest.Parse(request), null, "rebalancer-system").Count);
    }

    [Theory]
    [InlineData("CN=n1, O=system:masters")]
    [InlineData("O=n1")]
    public void Parse_SubjectOfMoreThanAName_IsRefused(string subject) => Assert.Throws<FormatException>(() => AgentRequest.Parse(AgentRequests.Of(subject, "10.0.0.1")));

    [Fact]
    public void Parse_NoRequest_IsRefused()
    {
        var request = AgentRequests.Of("CN=n1", "10.0.0.1");
        request.Spec.Request = Encoding.ASCII.GetBytes("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n");

        Assert.Throws<FormatException>(() => AgentRequest.Parse(request));
    }

    private static IReadOnlyList<string> Check(V1CertificateSigningRequest request) =>
        AgentRequestRules.Check(request, AgentRequest.Parse(request), AgentRequests.Node("n1", "10.0.0.1"), "rebalancer-system");
}
