using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Criu;
using Rebalancer.Runtime.Arguments;

namespace Rebalancer.Runtime.Restores;

/// <summary>What the action script, a grandchild of `create` through runc and CRIU, learns of the restore that it belongs to.</summary>
internal static class RestoreOwner
{
    /// <summary>Pid of the rebalancer-runc that runs `create`; set for its children.</summary>
    public const string PidVariable = "REBALANCER_RESTORE_PID";
    /// <summary>CRIU's image folder. CRIU names it to the script too, but by a descriptor that it has closed at post-resume.</summary>
    public const string ImagesVariable = "REBALANCER_RESTORE_IMAGES";

    /// <summary>The container's id, and the folder of runc's states, where its cgroup stands.</summary>
    public const string IdVariable = CriuScript.ContainerIdVariable, RootVariable = "REBALANCER_RESTORE_ROOT";

    public static IReadOnlyList<string> Variables(string images, RuncArguments call) =>
        [$"PATH={CriuTar.PathFor(NodePaths.CriuTools, Environment.GetEnvironmentVariable("PATH"))}", $"{PidVariable}={Environment.ProcessId}", $"{ImagesVariable}={images}", $"{IdVariable}={call.Id}", $"{RootVariable}={call.Root}"];
}
