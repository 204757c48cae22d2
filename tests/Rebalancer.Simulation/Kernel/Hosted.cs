using System.Reflection;

namespace Rebalancer.Simulation.Kernel;

/// <summary>Runs a hosted service's loop where it is called; the host would run it on the thread pool.</summary>
internal static class Hosted
{
    private static readonly MethodInfo Execute = typeof(BackgroundService).GetMethod("ExecuteAsync", BindingFlags.Instance | BindingFlags.NonPublic)!;

    public static Task RunAsync(BackgroundService service) => (Task)Execute.Invoke(service, [CancellationToken.None])!;
}
