using System.CommandLine;

namespace Rebalancer.Agent.Host;

/// <summary>A pod of a DaemonSet must go on when its work is done; this does, in the image that has nothing else.</summary>
internal static class WaitCommand
{
    public static Command Create()
    {
        var command = new Command("wait", "Does nothing until it is told to end.");
        command.SetAction(async (_, cancellation) => await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation).ContinueWith(_ => 0, TaskScheduler.Default));
        return command;
    }
}
