using Google.OrTools.Sat;
using Rebalancer.Model;

namespace Rebalancer.Benchmarks.Exact;

/// <summary>The same instance for CP-SAT: where pods end, whatever the way there. So its optimum is at most that of a plan in waves.</summary>
internal static class ExactModel
{
    private const double Micros = 1e6;

    /// <returns>The least cost, US dollars over the hours; null where it was not proven in time.</returns>
    /// <param name="moveUsd">What moving a pod costs, once.</param>
    public static double? Solve(ClusterSnapshot snapshot, double hours, Func<PodInfo, double> moveUsd, double seconds)
    {
        var model = new CpModel();
        var used = snapshot.Nodes.Select(n => model.NewBoolVar(n.Name)).ToArray();
        var at = snapshot.Pods.Select(p => snapshot.Nodes.Select(n => model.NewBoolVar($"{p.Name}@{n.Name}")).ToArray()).ToArray();
        foreach (var row in at) { model.AddExactlyOne(row); }
        for (var node = 0; node < snapshot.Nodes.Length; node++)
        {
            var column = Array.ConvertAll(at, row => row[node]);
            var all = snapshot.Nodes[node].Allocatable;
            Limit(model, column, snapshot.Pods.Select(p => p.Requests[ResourceSet.Cpu].MilliUnits), all[ResourceSet.Cpu].MilliUnits);
            Limit(model, column, snapshot.Pods.Select(p => p.Requests[ResourceSet.Memory].Units >> 20), all[ResourceSet.Memory].Units >> 20);
            foreach (var variable in column) { model.AddImplication(variable, used[node]); }
            foreach (var service in snapshot.Pods.Select((p, i) => (Service: p.Labels["app"], i)).GroupBy(p => p.Service).Where(g => ExactInstance.IsApart(g.Key)))
            {
                model.AddAtMostOne(service.Select(p => column[p.i]));
            }
        }

        var prices = snapshot.Nodes.Select(n => (long)Math.Round(double.Parse(n.CostText!, System.Globalization.CultureInfo.InvariantCulture) * hours * Micros));
        var moves = snapshot.Pods.SelectMany((p, i) => snapshot.Nodes.Select((n, j) => (Variable: at[i][j], Cost: n.Name == p.NodeName ? 0 : (long)Math.Round(moveUsd(p) * Micros)))).ToList();
        model.Minimize(LinearExpr.WeightedSum([.. used, .. moves.Select(m => m.Variable)], [.. prices, .. moves.Select(m => m.Cost)]));
        var solver = new CpSolver { StringParameters = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"max_time_in_seconds:{seconds},num_workers:2") };
        return solver.Solve(model) == CpSolverStatus.Optimal ? solver.ObjectiveValue / Micros : null;
    }

    private static void Limit(CpModel model, BoolVar[] column, IEnumerable<long> amounts, long most) => model.Add(LinearExpr.WeightedSum(column, [.. amounts]) <= most);
}
