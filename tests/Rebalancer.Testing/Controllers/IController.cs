using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers;

/// <summary>A loop over the changes of the store.</summary>
internal interface IController
{
    Task RunAsync(Subscription changes, CancellationToken cancellationToken);
}
