using k8s.Models;
using Rebalancer.Lab.Cri;
using Rebalancer.Lab.Kubelet.Pods;
using Capability = Rebalancer.Lab.Cri.Capability;

namespace Rebalancer.Lab.Kubelet.Containers;

/// <summary>The container's security context over the pod's.</summary>
internal static class SecurityContexts
{
    // What the runtime hides from unprivileged containers unless it is told a list; kubelet passes this one.
    private static readonly string[] Masked =
    [
        "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
        "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    ];

    private static readonly string[] ReadOnly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    public static LinuxContainerSecurityContext Of(V1Pod pod, V1Container container)
    {
        var own = container.SecurityContext;
        var shared = pod.Spec.SecurityContext;
        var privileged = own?.Privileged == true;
        var context = new LinuxContainerSecurityContext
        {
            Privileged = privileged,
            NamespaceOptions = SandboxConfigs.Namespaces(pod),
            ReadonlyRootfs = own?.ReadOnlyRootFilesystem == true,
            NoNewPrivs = own?.AllowPrivilegeEscalation == false,
            Seccomp = Seccomp(own?.SeccompProfile ?? shared?.SeccompProfile),
            Capabilities = new Capability
            {
                AddCapabilities = { own?.Capabilities?.Add ?? [] },
                DropCapabilities = { own?.Capabilities?.Drop ?? [] },
            },
        };
        context.SupplementalGroups.Add((shared?.SupplementalGroups ?? []).OfType<long>());
        if (shared?.FsGroup is { } group)
        {
            context.SupplementalGroups.Add(group);
        }

        if ((own?.RunAsUser ?? shared?.RunAsUser) is { } user)
        {
            context.RunAsUser = new Int64Value { Value = user };
        }

        if ((own?.RunAsGroup ?? shared?.RunAsGroup) is { } userGroup && context.RunAsUser is not null)
        {
            context.RunAsGroup = new Int64Value { Value = userGroup };
        }

        if (!privileged)
        {
            context.MaskedPaths.Add(Masked);
            context.ReadonlyPaths.Add(ReadOnly);
        }

        return context;
    }

    private static SecurityProfile Seccomp(V1SeccompProfile? profile) => new()
    {
        ProfileType = profile?.Type switch
        {
            "RuntimeDefault" => SecurityProfile.Types.ProfileType.RuntimeDefault,
            "Localhost" => SecurityProfile.Types.ProfileType.Localhost,
            _ => SecurityProfile.Types.ProfileType.Unconfined,
        },
        LocalhostRef = profile?.LocalhostProfile ?? "",
    };
}
