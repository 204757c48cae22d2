namespace Rebalancer.Testing.Printing;

/// <summary>Columns of the built-in resources, as the real server prints them.</summary>
internal static class BuiltInColumns
{
    public static IReadOnlyList<Column> Of(string group, string plural) => [];
}
