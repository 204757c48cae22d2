namespace Rebalancer.Runtime.Restores;

/// <summary>How the action script, a grandchild of `create` through runc and CRIU, learns whose restore it holds.</summary>
internal static class RestoreOwner
{
    /// <summary>Pid of the rebalancer-runc that runs `create`; set for its children.</summary>
    public const string Variable = "REBALANCER_RESTORE_PID";
}
