using System.CommandLine;

namespace Rebalancer.Agent.Host;

internal static class UninstallCommand
{
    public static Command Create()
    {
        var command = new Command("uninstall", "On a node: takes out what install has put in.") { EnterCommand.CriSocket };
        command.SetAction((result, cancellation) =>
            InstallCommand.RunAsync(() => new Installation(result.GetValue(EnterCommand.CriSocket)!, TimeProvider.System, Console.Out).UninstallAsync(cancellation)));
        return command;
    }
}
