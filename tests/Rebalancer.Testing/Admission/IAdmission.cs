using System.Text.Json.Nodes;

namespace Rebalancer.Testing.Admission;

/// <summary>What may change or refuse a write before it is stored.</summary>
internal interface IAdmission
{
    /// <summary>The object as changed.</summary>
    Task<JsonObject> MutateAsync(AdmissionRequest request, CancellationToken cancellationToken);

    /// <summary>Throws when the write is refused.</summary>
    Task ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken);
}
