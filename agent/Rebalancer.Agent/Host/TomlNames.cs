using System.Text;

namespace Rebalancer.Agent.Host;

/// <summary>Dotted names of TOML tables, whose parts may be quoted either way.</summary>
internal static class TomlNames
{
    public static IReadOnlyList<string> Split(string name)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        var quote = '\0';
        foreach (var each in name)
        {
            if (quote != '\0')
            {
                if (each == quote) { quote = '\0'; } else { part.Append(each); }
            }
            else if (each is '"' or '\'')
            {
                quote = each;
            }
            else if (each == '.')
            {
                parts.Add(part.ToString());
                part.Clear();
            }
            else if (each != ' ')
            {
                part.Append(each);
            }
        }

        parts.Add(part.ToString());
        return parts;
    }
}
