using System.Globalization;
using SharpCompress.Compressors.Xz;

namespace Rebalancer.Benchmarks.Roadef;

/// <summary>Reads the challenge's files: integers with whitespace between them. A name that ends in .xz is unpacked.</summary>
internal static class RoadefReader
{
    private const int MaximumCount = 1_000_000;

    /// <exception cref="InvalidDataException">A word is no integer, an index or count is out of range, or the file ends early or late. The message names the place.</exception>
    public static RoadefInstance ReadModel(string file)
    {
        var numbers = new Numbers(file, ReadText(file));
        var resources = numbers.Many("resources", n => new RoadefResource(n.Index("transient flag", 2) == 1, n.Amount("load weight")));
        var machineCount = numbers.Count("machines");
        var machines = Enumerable.Range(0, machineCount).Select(_ => new RoadefMachine(
            numbers.Index("neighbourhood", MaximumCount), numbers.Index("location", MaximumCount), numbers.Amounts("capacity", resources.Count), numbers.Amounts("safety capacity", resources.Count),
            [.. numbers.Amounts("move cost", machineCount).Select(c => checked((int)c))])).ToArray();
        var serviceCount = numbers.Count("services");
        var services = Enumerable.Range(0, serviceCount).Select(_ => new RoadefService(
            numbers.Index("spread", MaximumCount), [.. numbers.Many("dependencies", n => n.Index("service", serviceCount))])).ToArray();
        var processes = numbers.Many("processes", n => new RoadefProcess(n.Index("service", serviceCount), n.Amounts("requirement", resources.Count), n.Amount("move cost")));
        var balances = numbers.Many("balance objectives", n => new RoadefBalance(n.Index("resource", resources.Count), n.Index("resource", resources.Count), n.Amount("target"), n.Amount("weight")));
        var instance = new RoadefInstance(resources, machines, services, processes, balances, numbers.Amount("weight"), numbers.Amount("weight"), numbers.Amount("weight"));
        numbers.End();
        return instance;
    }

    public static int[] ReadAssignment(string file, RoadefInstance instance)
    {
        var numbers = new Numbers(file, ReadText(file));
        var machines = instance.Processes.Select(_ => numbers.Index("machine", instance.Machines.Count)).ToArray();
        numbers.End();
        return machines;
    }

    private static string ReadText(string file)
    {
        using var raw = File.OpenRead(file);
        using Stream stream = file.EndsWith(".xz", StringComparison.Ordinal) ? new XZStream(raw) : raw;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private sealed class Numbers(string file, string text)
    {
        private int at;
        private int read;

        public int Count(string what) => (int)Take(what, MaximumCount);

        public int Index(string what, int limit) => (int)Take(what, limit - 1);

        public long Amount(string what) => Take(what, long.MaxValue);

        public long[] Amounts(string what, int count) => [.. Enumerable.Range(0, count).Select(_ => Amount(what))];

        public List<T> Many<T>(string what, Func<Numbers, T> read) => [.. Enumerable.Range(0, Count(what)).Select(_ => read(this))];

        public void End()
        {
            if (Word().Length > 0) { throw new InvalidDataException($"{file}: there is more after number {read}"); }
        }

        private long Take(string what, long maximum)
        {
            var word = Word();
            read++;
            if (!long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value > maximum)
            {
                throw new InvalidDataException($"{file}: number {read}, a {what}, is '{word}' instead of an integer from 0 to {maximum}");
            }
            return value;
        }

        private ReadOnlySpan<char> Word()
        {
            while (at < text.Length && char.IsWhiteSpace(text[at])) { at++; }
            var start = at;
            while (at < text.Length && !char.IsWhiteSpace(text[at])) { at++; }
            return text.AsSpan(start, at - start);
        }
    }
}
