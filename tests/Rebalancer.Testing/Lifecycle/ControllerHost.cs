using Rebalancer.Testing.Controllers;
using Rebalancer.Testing.Controllers.Jobs;
using Rebalancer.Testing.Controllers.StatefulSets;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Lifecycle;

/// <summary>Runs the controllers until the server ends.</summary>
internal sealed class ControllerHost(ControllerContext context, ApiServerOptions options, ILoggerFactory loggers) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _running = [];

    public void Start()
    {
        var logger = loggers.CreateLogger("Controllers");
        foreach (var controller in Controllers(logger))
        {
            // Subscribed before anything is stored, so that no object is missed.
            var changes = context.Store.WatchAll();
            _running.Add(Task.Run(() => RunAsync(controller, changes, logger)));
        }
    }

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running);
    }

    public void Dispose() => _stopping.Dispose();

    private IEnumerable<IController> Controllers(ILogger logger)
    {
        yield return new GarbageCollector(context, logger);
        yield return new NamespaceCleaner(context, logger);
        yield return new DefinitionCleaner(context, logger);
        if (options.Controllers.HasFlag(ControllerSet.ReplicaSet))
        {
            yield return new ReplicaSetController(context, logger);
        }

        if (options.Controllers.HasFlag(ControllerSet.Deployment))
        {
            yield return new DeploymentController(context, logger);
        }

        if (options.Controllers.HasFlag(ControllerSet.Scheduler))
        {
            yield return new Scheduler(context, logger);
        }

        if (options.Controllers.HasFlag(ControllerSet.Disruption))
        {
            yield return new DisruptionController(context, logger);
        }

        if (options.Controllers.HasFlag(ControllerSet.EndpointSlice))
        {
            yield return new EndpointSliceController(context, logger);
        }

        if (options.Controllers.HasFlag(ControllerSet.StatefulSet))
        {
            yield return new StatefulSetController(context, logger);
        }

        if (options.Controllers.HasFlag(ControllerSet.Job))
        {
            yield return new JobController(context, logger);
            yield return new JobFinalizerController(context, logger);
        }
    }

    private async Task RunAsync(IController controller, Subscription changes, ILogger logger)
    {
        using (changes)
        {
            try
            {
                await controller.RunAsync(changes, _stopping.Token);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                // The server ends.
                return;
            }
            catch (Exception e)
            {
                logger.LogCritical(e, "{Controller} ended", controller.GetType().Name);
            }
        }
    }
}
