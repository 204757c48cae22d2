using System.Globalization;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Runtime.Arguments;
using Rebalancer.Runtime.Containers;
using Rebalancer.Runtime.Dumps;
using Rebalancer.Runtime.Restores;

namespace Rebalancer.Runtime.Criu;

/// <summary>
/// CRIU's action script. At pre-dump nothing of the source has been touched yet: the dump waits there for the freeze, so that the start of runc and
/// criu costs no frozen time. At post-restore the tree is complete, its sockets are in repair mode and no user code has run: there the copy is held
/// until the commit, or told to be parked, which is done at pre-resume. Exit code 0 goes on, anything else ends the dump or kills the copy. Other actions are of no interest.
/// </summary>
internal static class ActionScript
{
    public const string ActionVariable = "CRTOOLS_SCRIPT_ACTION";
    private const string ImageVariable = "CRTOOLS_IMAGE_DIR";
    private const string PidVariable = "CRTOOLS_INIT_PID";

    public static int Run(string action, RuntimeHost host) => action switch
    {
        "pre-dump" => Hold(LocalOps.DumpReady, host),
        "post-restore" => Hold(LocalOps.Hold, host),
        "pre-resume" => ParkedCopy.FreezeIfMarked(host, Pid(host)),
        "post-resume" => Resumed(host),
        _ => 0,
    };

    private static int Hold(string op, RuntimeHost host)
    {
        if (!TryOpenLifelines(host, out var lifelines)) { return 1; }
        try
        {
            var answer = host.Agent.Ask(Request(op, host), host.DecisionLimit, host.ConnectWindow, lifelines);
            return (answer.Action == LocalActions.Proceed && HiddenPagemaps.Hide(answer.HiddenPids, answer.SubstitutePid, answer.MappingsFolder))
                || (answer.Action == LocalActions.Park && op == LocalOps.Hold && Park(host)) ? 0 : 1;
        }
        catch (AgentUnavailableException)
        {
            // Without a decision the copy dies; the source has not been let go.
            return 1;
        }
        finally
        {
            foreach (var each in lifelines) { _ = SystemCalls.Close(each); }
        }
    }

    /// <summary>The freeze itself comes at pre-resume: until then CRIU still works inside the copy's processes.</summary>
    /// <returns>False: it cannot be told that it is to be parked, and would run.</returns>
    private static bool Park(RuntimeHost host)
    {
        if (host.Variable(RestoreOwner.IdVariable) is not { } id || !SafeNames.IsSafe(id)) { return false; }
        Markers.Touch(Markers.Parked(host, id));
        return true;
    }

    private static int Resumed(RuntimeHost host)
    {
        if (ParkedCopy.IsParked(host, host.Variable(RestoreOwner.IdVariable) ?? "")) { return 0; }
        try
        {
            _ = host.Agent.Ask(Request(LocalOps.Resumed, host), host.DecisionLimit, host.ConnectWindow);
        }
        catch (AgentUnavailableException)
        {
            // The copy runs, whatever we answer; the agent finds that out by itself when it is back.
        }
        return 0;
    }

    /// <summary>
    /// The create call that this restore belongs to. If it is killed (the CRI's time limit), kubelet has given the container up, and a commit now
    /// would move the pod into a container that is about to be deleted.
    /// </summary>
    private static bool TryOpenLifelines(RuntimeHost host, out int[] lifelines)
    {
        lifelines = [];
        if (!int.TryParse(host.Variable(RestoreOwner.PidVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)) { return true; }
        var owner = SystemCalls.OpenPidfd(pid);
        if (owner < 0) { return false; }
        lifelines = [owner];
        return true;
    }

    private static LocalRequest Request(string op, RuntimeHost host) => new()
    {
        Op = op,
        ImagePath = host.Variable(RestoreOwner.ImagesVariable) ?? Resolve(host.Variable(ImageVariable) ?? ""),
        Pid = Pid(host),
    };

    private static int Pid(RuntimeHost host) => int.TryParse(host.Variable(PidVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0;

    /// <summary>CRIU gives the folder as /proc/PID/fd/N of itself.</summary>
    private static string Resolve(string path)
    {
        try
        {
            return path.StartsWith("/proc/", StringComparison.Ordinal) ? new FileInfo(path).LinkTarget ?? path : path;
        }
        catch (IOException)
        {
            return path;
        }
    }
}
