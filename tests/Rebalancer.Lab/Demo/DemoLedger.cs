using System.Net;
using Rebalancer.Lab.Network;

namespace Rebalancer.Lab.Demo;

/// <summary>What the descheduler's ledger says at the end, fetched as a finance department would.</summary>
internal static class DemoLedger
{
    private const int StatusPort = 9446;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>For the descheduler's command line: where the ledger lies, where it is asked, and plans at a demo's pace.</summary>
    public static string[] Arguments(string folder)
    {
        var path = Path.Combine(Path.GetFullPath(folder), "demo-ledger.db");
        Directory.CreateDirectory(Path.GetFullPath(folder));
        foreach (var file in Directory.EnumerateFiles(Path.GetFullPath(folder), "demo-ledger.db*")) { File.Delete(file); }
        return ["--ledger", path, "--status-listen", EndPoint.ToString(), "--plan-interval", "2", "--plan-settle", "3", "--plan-time", "1"];
    }

    /// <returns>The files that were written.</returns>
    public static async Task<IReadOnlyList<string>> ExportAsync(string folder, CancellationToken cancel)
    {
        using var http = new HttpClient { Timeout = Limit };
        var files = new List<string>();
        foreach (var (format, name) in new[] { ("json", "demo-savings.json"), ("focus-csv", "demo-savings.csv") })
        {
            var path = Path.Combine(folder, name);
            await File.WriteAllBytesAsync(path, await http.GetByteArrayAsync(new Uri($"http://{EndPoint}/ledger/savings?format={format}"), cancel), cancel);
            files.Add(path);
        }

        return files;
    }

    private static IPEndPoint EndPoint => new(IPAddress.Parse(Addresses.Gateway), StatusPort);
}
