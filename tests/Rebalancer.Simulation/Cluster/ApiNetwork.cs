using k8s;
using Rebalancer.Kubernetes.Client;
using Rebalancer.Simulation.Faults;
using Rebalancer.Simulation.Kernel;

namespace Rebalancer.Simulation.Cluster;

/// <summary>What lies between programs and the API server, and what goes wrong there, counted.</summary>
/// <param name="Server">In which requests are worked on.</param>
internal sealed record ApiNetwork(Simulator Simulator, SimulatedApi Api, SimulatedProcess Server, FaultRates Rates)
{
    public const string Url = "http://api.simulated";

    /// <summary>How often what has gone wrong, by name.</summary>
    public SortedDictionary<string, int> Faults { get; } = new(StringComparer.Ordinal);

    /// <summary>Told of each request that has been worked on, with the name of the program that asked.</summary>
    public Action<string, ApiCall, ApiAnswer> Answered { get; init; } = static (_, _, _) => { };

    /// <summary>A client of the API server for one program.</summary>
    public k8s.Kubernetes Connect(SimulatedProcess process, Func<bool> isCut, TimeSpan answerLimit, params DelegatingHandler[] handlers)
        => new(new KubernetesClientConfiguration { Host = Url }, [new RetryAfterHandler(Simulator), .. handlers, new ApiConnection(this, process, isCut, answerLimit)]);

    /// <summary>Calls to which nothing happens.</summary>
    public Predicate<ApiCall> IsSpared { get; init; } = static _ => false;

    public bool Strikes(double share, string fault)
    {
        if (!Simulator.Chance(share))
        {
            return false;
        }

        Count(fault);
        return true;
    }

    public void Count(string fault) => Faults[fault] = Faults.GetValueOrDefault(fault) + 1;
}
