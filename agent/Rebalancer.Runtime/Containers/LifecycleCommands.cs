using Rebalancer.Agent.Local.Criu;
using Rebalancer.Runtime.Arguments;
using Rebalancer.Runtime.Restores;

namespace Rebalancer.Runtime.Containers;

/// <summary>`start` and `delete` of a container.</summary>
internal static class LifecycleCommands
{
    /// <summary>A restored container runs already. The marker stays until delete, because start may be tried again.</summary>
    public static int Start(RuntimeHost host, RuncArguments call) =>
        SafeNames.IsSafe(call.Id) && File.Exists(Markers.Restored(host, call.Id)) ? 0 : host.Runc.Become(call.All);

    public static int Delete(RuntimeHost host, RuncArguments call)
    {
        if (SafeNames.IsSafe(call.Id))
        {
            ParkedCopy.Kill(host, call);
            Remove(Markers.Parked(host, call.Id));
            Remove(Markers.Restored(host, call.Id));
            Remove(CriuConfiguration.PathOf(host.CriuFolder, call.Id));
        }
        return host.Runc.Become(call.All);
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Left on tmpfs until the next boot; a container id is never used twice.
        }
    }
}
