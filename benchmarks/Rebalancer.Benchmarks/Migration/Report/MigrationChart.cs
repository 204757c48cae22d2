using System.Globalization;
using ScottPlot;

namespace Rebalancer.Benchmarks.Migration.Report;

/// <summary>artifacts/bench-migration.png: the longest stall of a client by workload and method; a mark at p50 with a whisker up to p99, on a logarithmic axis.</summary>
internal static class MigrationChart
{
    private const int WidthPerGroup = 130;
    private const int MinimumWidth = 700;
    private const int Height = 640;
    private const double MethodStep = 0.22;
    private const double CapWidth = 0.05;
    private const string Font = "DejaVu Sans";
    private static readonly MarkerShape[] Shapes = [MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp, MarkerShape.FilledCircle];
    private static readonly Color[] Colors = [Color.FromHex("#7f7f7f"), Color.FromHex("#ff7f0e"), Color.FromHex("#1f77b4")];

    /// <param name="rootFileSystem">A node's, which has the font that the machine may lack.</param>
    public static void Write(IReadOnlyList<MigrationResult> results, string rootFileSystem, string file)
    {
        var measured = results.Where(result => result is { StallP50Ms: not null, StallP99Ms: not null }).ToArray();
        if (measured.Length == 0) { return; }
        Fonts.AddFontFile(Font, $"{rootFileSystem}/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf");
        using var plot = new Plot();
        var groups = measured.Select(Group).Distinct().ToArray();
        foreach (var (method, at) in MigrationOptions.AllMethods.Select((method, at) => (method, at))) { AddMethod(plot, measured.Where(result => result.Method == method), groups, method, at); }
        SetAxes(plot, measured, groups);
        plot.Font.Set(Font);
        plot.SavePng(file, Math.Max(MinimumWidth, 150 + (WidthPerGroup * groups.Length)), Height);
    }

    private static void AddMethod(Plot plot, IEnumerable<MigrationResult> results, string[] groups, string method, int at)
    {
        var isNamed = false;
        foreach (var result in results)
        {
            var x = Array.IndexOf(groups, Group(result)) + ((at - 1) * MethodStep);
            var (p50, p99) = (Math.Log10(result.StallP50Ms!.Value), Math.Log10(result.StallP99Ms!.Value));
            plot.Add.Line(x, p50, x, p99).Color = Colors[at];
            plot.Add.Line(x - CapWidth, p99, x + CapWidth, p99).Color = Colors[at];
            var mark = plot.Add.Marker(x, p50, Shapes[at], 11, Colors[at]);
            if (!isNamed) { mark.LegendText = method; }
            isNamed = true;
            var label = plot.Add.Text(Ms(result.StallP50Ms.Value), x, p50);
            (label.LabelFontSize, label.LabelFontColor, label.LabelAlignment, label.OffsetY) = (10, Colors[at], Alignment.UpperCenter, 8);
        }
    }

    private static void SetAxes(Plot plot, MigrationResult[] measured, string[] groups)
    {
        var low = Math.Floor(Math.Log10(measured.Min(result => result.StallP50Ms!.Value)) - 0.1);
        var high = Math.Ceiling(Math.Log10(measured.Max(result => result.StallP99Ms!.Value)));
        Tick[] decades = [.. Enumerable.Range((int)low, (int)(high - low) + 1).Select(decade => new Tick(decade, Ms(Math.Pow(10, decade))))];
        Tick[] between = [.. decades.SkipLast(1).SelectMany(decade => Enumerable.Range(2, 8).Select(step => new Tick(decade.Position + Math.Log10(step), "", isMajor: false)))];
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericManual([.. decades, .. between]);
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericManual([.. groups.Select((group, at) => new Tick(at, group))]);
        plot.Axes.SetLimits(-0.5, groups.Length - 0.5, low, high);
        plot.Title("Longest stall of a client during a move: p50, whisker to p99");
        plot.YLabel("stall (logarithmic)");
        plot.ShowLegend(Alignment.UpperLeft);
    }

    private static string Group(MigrationResult result) =>
        $"{result.MemoryMb} MB\n{(result.WriteMbPerS == 0 ? "idle" : $"{result.WriteMbPerS} MB/s written")}\n{(result.LinkMbitPerS == 0 ? "unlimited link" : $"{result.LinkMbitPerS} Mbit/s")}";

    private static string Ms(double ms) => ms < 1000 ? ms.ToString("0", CultureInfo.InvariantCulture) + " ms" : (ms / 1000).ToString("0.##", CultureInfo.InvariantCulture) + " s";
}
