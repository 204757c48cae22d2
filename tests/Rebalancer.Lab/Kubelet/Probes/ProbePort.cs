using System.Globalization;
using k8s.Models;

namespace Rebalancer.Lab.Kubelet.Probes;

/// <summary>A probe's port, given by number or by the name of a container port.</summary>
internal static class ProbePort
{
    public static int? Of(IntOrString port, IList<V1ContainerPort>? ports) =>
        int.TryParse(port.ToString(), CultureInfo.InvariantCulture, out var number)
            ? number
            : ports?.FirstOrDefault(candidate => candidate.Name == port.ToString())?.ContainerPort;
}
