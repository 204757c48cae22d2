using System.Text.Json.Nodes;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Resources;

namespace Rebalancer.Testing.Admission;

/// <summary>A write that admission looks at.</summary>
/// <param name="Operation">CREATE, UPDATE, DELETE or CONNECT.</param>
internal sealed record AdmissionRequest(
    string Operation, ResourceDescriptor Resource, string Namespace, string Name, JsonObject? Object, JsonObject? OldObject, WriteOptions Options)
{
    /// <summary>Group, version and kind of the object when it is not the resource's own: an Eviction or a Binding.</summary>
    public (string Group, string Version, string Kind)? ObjectKind { get; init; }
}
