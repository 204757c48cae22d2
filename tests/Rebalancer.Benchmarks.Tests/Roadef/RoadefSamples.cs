using Rebalancer.Benchmarks.Roadef;

namespace Rebalancer.Benchmarks.Tests.Roadef;

internal static class RoadefSamples
{
    /// <summary>
    /// Two machines in different places, three processes. Resource 0 is transient. Service 1 depends on service 0; service 0 has two processes and a
    /// spread of 2.
    /// </summary>
    public const string Model = """
        2  1 100  0 10
        2
        0 0  30 400  16 80  0 1
        1 1  10 100  8 80  1 0
        2
        2 0
        1 1 0
        3
        0 12 10 1000
        0 10 20 100
        1 6 200 1
        1  0 1 20 10
        1 10 100
        """;

    public static readonly int[] Initial = [0, 1, 0];

    public static RoadefInstance Read(string model)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, model);
            return RoadefReader.ReadModel(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>A random instance whose first assignment is feasible: services spread as they are, dependencies only where they hold.</summary>
    public static (RoadefInstance Instance, int[] Initial) Random(int seed, int machines, int services, int processes)
    {
        var random = new Random(seed);
        RoadefResource[] resources = [new(false, 10), new(true, random.Next(2) == 0 ? 10 : 7), new(false, 10)];
        int[] service = [.. Enumerable.Range(0, processes).Select(p => p < services ? p : random.Next(services))];
        var initial = new int[processes];
        var isTaken = new HashSet<(int, int)>();
        for (var p = 0; p < processes; p++)
        {
            var free = Enumerable.Range(0, machines).Where(m => !isTaken.Contains((service[p], m))).ToList();
            if (free.Count == 0)
            {
                service[p] = services++;
                free = [.. Enumerable.Range(0, machines)];
            }
            isTaken.Add((service[p], initial[p] = free[random.Next(free.Count)]));
        }
        RoadefProcess[] all = [.. service.Select(s => new RoadefProcess(s, [random.Next(1, 50), random.Next(1, 50), random.Next(1, 50)], random.Next(1, 20)))];
        RoadefMachine[] list = [.. Enumerable.Range(0, machines).Select(m => Machine(random, machines, m, r => all.Where((_, p) => initial[p] == m).Sum(p => p.Requirement[r])))];
        var inNeighbourhood = Enumerable.Range(0, services).Select(s => initial.Where((_, p) => service[p] == s).Select(m => list[m].Neighbourhood).ToHashSet()).ToArray();
        RoadefService[] needs = [.. Enumerable.Range(0, services).Select(s => new RoadefService(
            random.Next(1 + initial.Where((_, p) => service[p] == s).Select(m => list[m].Location).Distinct().Count()),
            [.. Enumerable.Range(0, services).Where(other => other != s && random.Next(3) == 0 && inNeighbourhood[s].IsSubsetOf(inNeighbourhood[other]))]))];
        return (new RoadefInstance(resources, list, needs, all, [new(0, 1, 2, 10)], 1, 10, 1), initial);
    }

    private static RoadefMachine Machine(Random random, int machines, int m, Func<int, long> use)
    {
        long[] capacity = [.. Enumerable.Range(0, 3).Select(r => use(r) + random.Next(60))];
        return new RoadefMachine(m % 2, m % 3, capacity, [.. capacity.Select(c => c * 3 / 4)], [.. Enumerable.Range(0, machines).Select(other => other == m ? 0 : random.Next(1, 5))]);
    }
}
