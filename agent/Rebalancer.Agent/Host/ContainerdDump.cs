namespace Rebalancer.Agent.Host;

/// <summary>
/// What `containerd config dump` prints: the configuration with all that it imports and every default, as TOML written by a machine. Read by lines, because
/// that form has one table or one key on each.
/// </summary>
internal sealed class ContainerdDump
{
    /// <summary>Plugins that have the runtime handlers: of containerd 2, and of containerd 1.</summary>
    private static readonly string[] CriPlugins = ["io.containerd.cri.v1.runtime", "io.containerd.grpc.v1.cri"];
    private const char Separator = '\u001f';
    private readonly SortedDictionary<string, SortedDictionary<string, string>> tables = new(StringComparer.Ordinal);

    /// <summary>Name of the plugin that has the runtime handlers; null: CRI is switched off, or this is no containerd that we know.</summary>
    public string? Plugin { get; private init; }

    public static ContainerdDump Parse(string text)
    {
        var tables = new SortedDictionary<string, SortedDictionary<string, string>>(StringComparer.Ordinal);
        var table = tables[""] = new(StringComparer.Ordinal);
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.Trim();
            if (line is ['[', .., ']'])
            {
                var name = string.Join(Separator, TomlNames.Split(line[1..^1]));
                if (!tables.TryGetValue(name, out var known)) { tables[name] = known = new(StringComparer.Ordinal); }
                table = known;
            }
            else if (line.Length > 0 && line[0] != '#' && line.IndexOf(" = ", StringComparison.Ordinal) is > 0 and var at)
            {
                table[line[..at]] = line[(at + 3)..];
            }
        }

        return new ContainerdDump(tables) { Plugin = CriPlugins.FirstOrDefault(plugin => tables.ContainsKey(Join("plugins", plugin, "containerd", "runtimes"))) };
    }

    private ContainerdDump(SortedDictionary<string, SortedDictionary<string, string>> tables) => this.tables = tables;

    /// <summary>A text value; null: there is none.</summary>
    public string? Text(string key, params ReadOnlySpan<string> table) => Raw(key, table)?.Trim('"', '\'');

    /// <summary>Values of a list of texts.</summary>
    public IReadOnlyList<string> Texts(string key, params ReadOnlySpan<string> table) =>
        Raw(key, table) is ['[', .., ']'] list ? [.. list[1..^1].Split(',').Select(each => each.Trim(' ', '"', '\'')).Where(each => each.Length > 0)] : [];

    /// <summary>Of a runtime handler's options.</summary>
    public string? HandlerOption(string handler, string key) => Text(key, "plugins", Plugin!, "containerd", "runtimes", handler, "options");

    public string DefaultHandler => Text("default_runtime_name", "plugins", Plugin!, "containerd") is { Length: > 0 } name ? name : "runc";

    public bool HasHandler(string handler) => tables.Keys.Any(name => IsOf(name, handler));

    /// <summary>Whether everything else is the same in both: what was added for one handler must not change another, nor any setting.</summary>
    /// <returns>Tables and keys that differ.</returns>
    public IReadOnlyList<string> DifferencesBut(string handler, ContainerdDump other)
    {
        var names = tables.Keys.Union(other.tables.Keys).Where(name => !IsOf(name, handler));
        return [.. names.SelectMany(name => Table(name).Keys.Union(other.Table(name).Keys).Where(key => !(name.Length == 0 && key == "imports") && Value(name, key) != other.Value(name, key)).Select(key => $"[{name.Replace(Separator, '.')}] {key}"))];
    }

    private SortedDictionary<string, string> Table(string name) => tables.GetValueOrDefault(name) ?? [];

    private string? Value(string table, string key) => Table(table).GetValueOrDefault(key);

    private bool IsOf(string table, string handler)
    {
        var own = Join("plugins", Plugin ?? "", "containerd", "runtimes", handler);
        return table == own || table.StartsWith(own + Separator, StringComparison.Ordinal);
    }

    private string? Raw(string key, ReadOnlySpan<string> table) => Value(Join(table), key);

    private static string Join(params ReadOnlySpan<string> parts) => string.Join(Separator, parts);
}
