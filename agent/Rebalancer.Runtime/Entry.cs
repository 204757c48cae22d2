using System.Text;
using Rebalancer.Agent.Local.Native;
using Rebalancer.Runtime.Arguments;
using Rebalancer.Runtime.Containers;
using Rebalancer.Runtime.Criu;
using Rebalancer.Runtime.Dumps;
using Rebalancer.Runtime.Guards;
using Rebalancer.Runtime.Injections;
using Rebalancer.Runtime.Pages;
using Rebalancer.Runtime.Probes;
using Rebalancer.Runtime.Runc;

namespace Rebalancer.Runtime;

/// <summary>Decides which of its roles the program has been started in: OCI runtime, CRIU's action script, or helper of the agent (guard, page server, dump, injection, probe).</summary>
internal static class Entry
{
    private const int StandardError = 2;

    public static int Run(IReadOnlyList<string> args, RuntimeHost host)
    {
        if (host.Variable(ActionScript.ActionVariable) is { Length: > 0 } action) { return ActionScript.Run(action, host); }
        switch (args.Count > 0 ? args[0] : "")
        {
            case GuardArguments.Command: return GuardCommand.Run(args, host.Clock);
            case PagesCommand.Command: return PagesCommand.Run(args);
            case DumpCommand.Command: return DumpCommand.Run(args);
            case InjectCommand.Command: return InjectCommand.Run(args);
            case ProbeCommand.Command: return ProbeCommand.Run(args);
            default: break;
        }
        var call = RuncArguments.Parse(args);
        try
        {
            return call.Command switch
            {
                "create" => new CreateCommand(host, call).Run(),
                "start" => LifecycleCommands.Start(host, call),
                "kill" => KillCommand.Run(host, call),
                "delete" => LifecycleCommands.Delete(host, call),
                _ => host.Runc.Become(call.All),
            };
        }
        catch (RuntimeFailureException failure)
        {
            var message = $"rebalancer: {failure.Reason}: {failure.Message}";
            RuncLog.Write(call, message, host.Clock);
            SystemCalls.WriteAll(StandardError, Encoding.UTF8.GetBytes(message + "\n"));
            return 1;
        }
    }
}
