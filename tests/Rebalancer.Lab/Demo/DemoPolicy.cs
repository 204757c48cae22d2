using System.Globalization;
using k8s.Models;
using Rebalancer.Kubernetes.Api;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Lab.Demo;

/// <summary>The policy of the demo: pods leave on-demand nodes for spot nodes, in a window that opens with the next minute.</summary>
internal static class DemoPolicy
{
    public const string Name = "demo";
    private static readonly TimeSpan LeastWait = TimeSpan.FromSeconds(10);

    /// <summary>The first full minute that is not too near to be shown.</summary>
    public static DateTimeOffset OpensAt(DateTimeOffset now)
    {
        var soon = (now + LeastWait).ToUniversalTime();
        return new DateTimeOffset(soon.Year, soon.Month, soon.Day, soon.Hour, soon.Minute, 0, TimeSpan.Zero).AddMinutes(1);
    }

    public static RebalancePolicy Of(DateTimeOffset opensAt) => new()
    {
        Metadata = new V1ObjectMeta { Name = Name },
        Spec = new RebalancePolicySpec
        {
            Mode = PolicyModes.Auto,
            Nodes = new NodeSelection { CapacityTypes = ["on-demand"] },
            Budgets = [new BudgetSpec { Nodes = "100%", Schedule = opensAt.ToString("m H * * *", CultureInfo.InvariantCulture), Duration = "1h", TimeZone = "Etc/UTC" }],
            Migrations = new MoveDefaultsSpec { FreezeBudget = "10s" },
        },
    };

    public static Task CreateAsync(ApiClient client, DateTimeOffset opensAt, CancellationToken cancel) => client.CreateAsync(ApiResource.RebalancePolicies, null, Of(opensAt), cancel);
}
