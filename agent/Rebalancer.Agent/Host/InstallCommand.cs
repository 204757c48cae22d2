using System.CommandLine;
using System.Net;

namespace Rebalancer.Agent.Host;

internal static class InstallCommand
{
    public const int Failed = 1, InvalidOptions = 2;
    private static readonly Option<string?> Subnet = new("--ipam-subnet") { Description = "Give pods their addresses by rebalancer-ipam, from one network for all nodes; without it the node's network is left alone." };
    private static readonly Option<string?> Range = new("--ipam-range") { Description = "FIRST-LAST address of that network for pods." };
    private static readonly Option<string?> Gateway = new("--ipam-gateway") { Description = "Gateway of that network." };
    private static readonly Option<string?> Keep = new("--keep-addresses") { Description = "Address of this node: where its network is a bridge of host-local addresses that the node's own is one of, so that all nodes share it, rebalancer-ipam takes its range over, and pods take their addresses along when they move. Any other network is left alone." };

    public static Command Create()
    {
        var command = new Command("install", "On a node: adds the runtime handler to its containerd, and what it needs.") { EnterCommand.CriSocket, Subnet, Range, Gateway, Keep };
        command.SetAction(async (result, cancellation) =>
        {
            var (range, errors) = PodRange.Parse(result.GetValue(Subnet), result.GetValue(Range), result.GetValue(Gateway));
            var keep = result.GetValue(Keep);
            if (!string.IsNullOrEmpty(keep) && !IPAddress.TryParse(keep, out _)) { errors = [.. errors, $"--keep-addresses '{keep}': expected an address of this node"]; }
            foreach (var error in errors) { await Console.Error.WriteLineAsync(error); }
            return errors.Count > 0 ? InvalidOptions
                : await RunAsync(() => new Installation(result.GetValue(EnterCommand.CriSocket)!, TimeProvider.System, Console.Out).InstallAsync(range, string.IsNullOrEmpty(keep) ? null : IPAddress.Parse(keep), cancellation));
        });
        return command;
    }

    /// <summary>The message of what a person can mend; anything else is a fault of ours, and shows where.</summary>
    public static async Task<int> RunAsync(Func<Task> work)
    {
        try
        {
            await work();
            return 0;
        }
        catch (Exception e) when (e is InstallException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return Failed;
        }
    }
}
