using System.Net;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Rebalancer.Testing.Tests.Admission;

public sealed class PolicyTests
{
    [Fact]
    public async Task Policy_WithoutABinding_RefusesNothing()
    {
        await using var cluster = await TestCluster.StartAsync();
        await AddPolicyAsync(cluster, "false");

        await cluster.AddPodAsync(Samples.Pod("a", app: "web"));
    }

    [Fact]
    public async Task Policy_ThatDoesNotHold_RefusesWithItsNameAndMessage()
    {
        await using var cluster = await TestCluster.StartAsync();
        await AddPolicyAsync(cluster, "variables.app != 'web'", message: "'no ' + variables.app", reason: "Forbidden");
        await BindAsync(cluster);

        await cluster.AddPodAsync(Samples.Pod("b", app: "db"));
        var refused = await Assert.ThrowsAsync<HttpOperationException>(() => cluster.AddPodAsync(Samples.Pod("a", app: "web")));

        Assert.Equal(HttpStatusCode.Forbidden, refused.Response.StatusCode);
        Assert.Contains("pods \"a\" is forbidden: ValidatingAdmissionPolicy 'apps' with binding 'apps' denied request: no web", Message(refused), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Fail", true)]
    [InlineData("Ignore", false)]
    public async Task Policy_ThatCannotBeEvaluated_FailsAsItSays(string failurePolicy, bool isRefused)
    {
        await using var cluster = await TestCluster.StartAsync();
        await AddPolicyAsync(cluster, "object.spec.none == 'x'", failurePolicy);
        await BindAsync(cluster);

        var write = () => cluster.AddPodAsync(Samples.Pod("a", app: "web"));

        if (isRefused)
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Assert.ThrowsAsync<HttpOperationException>(write)).Response.StatusCode);
        }
        else
        {
            await write();
        }
    }

    [Fact]
    public async Task Policy_WhoseExpressionIsNone_IsNotStored()
    {
        await using var cluster = await TestCluster.StartAsync();

        var refused = await Assert.ThrowsAsync<HttpOperationException>(() => AddPolicyAsync(cluster, "object.spec.isSorted()"));

        Assert.Contains("compilation failed", Message(refused), StringComparison.Ordinal);
    }

    private static string Message(HttpOperationException e) => (string?)JsonNode.Parse(e.Response.Content)!["message"] ?? "";

    private static async Task AddPolicyAsync(TestCluster cluster, string expression, string failurePolicy = "Fail", string message = "'no'", string? reason = null) =>
        await cluster.Client.AdmissionregistrationV1.CreateValidatingAdmissionPolicyAsync(
            new V1ValidatingAdmissionPolicy
            {
                Metadata = new() { Name = "apps" },
                Spec = new()
                {
                    FailurePolicy = failurePolicy,
                    MatchConstraints = new() { ResourceRules = [new() { ApiGroups = [""], ApiVersions = ["v1"], Resources = ["pods"], Operations = ["CREATE"] }] },
                    MatchConditions = [new() { Name = "labelled", Expression = "has(object.metadata.labels)" }],
                    Variables = [new() { Name = "app", Expression = "object.metadata.labels['app']" }],
                    Validations = [new() { Expression = expression, MessageExpression = message, Reason = reason }],
                },
            },
            cancellationToken: cluster.Token);

    private static async Task BindAsync(TestCluster cluster) =>
        await cluster.Client.AdmissionregistrationV1.CreateValidatingAdmissionPolicyBindingAsync(
        new V1ValidatingAdmissionPolicyBinding { Metadata = new() { Name = "apps" }, Spec = new() { PolicyName = "apps", ValidationActions = ["Deny"] } }, cancellationToken: cluster.Token);
}
