using System.Net;
using Rebalancer.Lab.Network;
using Rebalancer.Lab.Nodes;

namespace Rebalancer.Lab.Product;

/// <summary>Starts the descheduler (controller and claim webhook) in the lab's root.</summary>
internal static class DeschedulerProcess
{
    public static SupervisedProcess Start(string publishFolder, string kubeconfig, IReadOnlyList<string> arguments, string logFolder, TimeProvider time)
    {
        string[] descheduler =
        [
            "dotnet", $"{publishFolder}/descheduler/Rebalancer.Descheduler.dll", "--kubeconfig", kubeconfig, "--webhook-listen", $"{Addresses.Gateway}:{Addresses.WebhookPort}",
            .. arguments,
        ];
        var log = $"{logFolder}/descheduler.log";
        var webhook = new IPEndPoint(IPAddress.Parse(Addresses.Gateway), Addresses.WebhookPort);
        return new SupervisedProcess(
            () => NodeProcess.Start("descheduler", log, descheduler, entered: false),
            cancel => Readiness.WaitAsync($"descheduler's webhook listens on {webhook}", log, [webhook], cancel),
            time);
    }
}
