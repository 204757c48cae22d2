using System.Text.Json.Nodes;

namespace Rebalancer.Agent.Network.Calico;

/// <summary>Calico's objects at the API server. Failures of the API throw.</summary>
internal interface ICalicoObjects
{
    /// <param name="plural">Of <see cref="CalicoResource"/>.</param>
    /// <param name="name">Of the object.</param>
    /// <param name="cancellation">Ends the read.</param>
    /// <returns>Null: it does not exist, or such objects do not.</returns>
    Task<JsonObject?> ReadAsync(string plural, string name, CancellationToken cancellation);

    Task<IReadOnlyList<JsonObject>> ListPoolsAsync(CancellationToken cancellation);

    /// <returns>False: it is there already, or was changed or deleted since it was read.</returns>
    Task<bool> TryAsync(CalicoWrite write, CancellationToken cancellation);
}
