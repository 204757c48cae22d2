using System.Text.Json.Nodes;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Resources;

namespace Rebalancer.Testing.Admission;

/// <summary>A write that admission looks at.</summary>
/// <param name="Operation">CREATE, UPDATE, DELETE or CONNECT.</param>
internal sealed record AdmissionRequest(
    string Operation, ResourceDescriptor Resource, string Namespace, string Name, JsonObject? Object, JsonObject? OldObject, WriteOptions Options);
