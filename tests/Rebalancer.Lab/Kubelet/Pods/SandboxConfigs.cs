using k8s.Models;
using Rebalancer.Lab.Cri;

namespace Rebalancer.Lab.Kubelet.Pods;

/// <summary>The runtime's sandbox configuration of a pod.</summary>
internal static class SandboxConfigs
{
    private const string ClusterDns = "10.96.0.10";

    public static PodSandboxConfig Of(V1Pod pod, string cgroupParent, uint attempt, DateTimeOffset seen)
    {
        var config = new PodSandboxConfig
        {
            Metadata = new PodSandboxMetadata { Name = pod.Name(), Uid = pod.Uid(), Namespace = pod.Namespace(), Attempt = attempt },
            Hostname = pod.Spec.HostNetwork == true ? "" : pod.Spec.Hostname ?? pod.Name(),
            LogDirectory = PodPaths.Logs(pod),
            DnsConfig = Dns(pod),
            Linux = new LinuxPodSandboxConfig { CgroupParent = PodPaths.Cgroup(cgroupParent, pod), SecurityContext = Security(pod) },
        };
        config.Labels.Add(pod.Metadata.Labels ?? new Dictionary<string, string>());
        config.Labels.Add(Labels.OfPod(pod));
        config.Annotations.Add(pod.Metadata.Annotations ?? new Dictionary<string, string>());
        config.Annotations[Labels.ConfigSource] = "api";
        config.Annotations[Labels.ConfigSeen] = seen.ToString("O");
        foreach (var sysctl in pod.Spec.SecurityContext?.Sysctls ?? [])
        {
            config.Linux.Sysctls[sysctl.Name] = sysctl.Value;
        }

        return config;
    }

    public static NamespaceOption Namespaces(V1Pod pod) => new()
    {
        Network = pod.Spec.HostNetwork == true ? NamespaceMode.Node : NamespaceMode.Pod,
        Ipc = pod.Spec.HostIPC == true ? NamespaceMode.Node : NamespaceMode.Pod,
        Pid = pod.Spec.HostPID == true ? NamespaceMode.Node : pod.Spec.ShareProcessNamespace == true ? NamespaceMode.Pod : NamespaceMode.Container,
    };

    private static LinuxSandboxSecurityContext Security(V1Pod pod)
    {
        var context = new LinuxSandboxSecurityContext
        {
            NamespaceOptions = Namespaces(pod),
            Privileged = pod.Spec.Containers.Any(container => container.SecurityContext?.Privileged == true),
            Seccomp = new SecurityProfile { ProfileType = SecurityProfile.Types.ProfileType.RuntimeDefault },
        };
        if (pod.Spec.SecurityContext?.RunAsUser is { } user)
        {
            context.RunAsUser = new Int64Value { Value = user };
        }

        return context;
    }

    private static DNSConfig Dns(V1Pod pod)
    {
        if (pod.Spec.DnsPolicy is "Default" or "None")
        {
            return new DNSConfig();
        }

        return new DNSConfig
        {
            Servers = { ClusterDns },
            Searches = { $"{pod.Namespace()}.svc.cluster.local", "svc.cluster.local", "cluster.local" },
            Options = { "ndots:5" },
        };
    }
}
