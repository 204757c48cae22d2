using System.Text.Json.Nodes;
using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Kinds;

/// <summary>Defaults of Deployments.</summary>
internal static class DeploymentRules
{
    public static void Default(JsonObject deployment)
    {
        var spec = deployment.Child("spec");
        var strategy = spec.Child("strategy");
        strategy.Default("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
        {
            var rolling = strategy.Child("rollingUpdate");
            rolling.Default("maxUnavailable", "25%");
            rolling.Default("maxSurge", "25%");
        }

        spec.Default("revisionHistoryLimit", 10);
        spec.Default("progressDeadlineSeconds", 600);
        WorkloadRules.Default(deployment);
    }
}
