using Rebalancer.Testing.Objects;

namespace Rebalancer.Testing.Printing;

/// <summary>Columns that every kind has.</summary>
internal static class CommonColumns
{
    public static Column Name { get; } = new("Name", "string", 0, (o, _) => o.Text("metadata", "name") ?? "") { Format = "name" };

    public static Column Age { get; } = new("Age", "string", 0, (o, now) => Ages.Since(o.Text("metadata", "creationTimestamp"), now));

    public static Column CreatedAt { get; } = new("Created At", "date", 0, (o, _) => o.Text("metadata", "creationTimestamp") ?? "");

    public static IReadOnlyList<Column> NameAndAge { get; } = [Name, Age];
}
