using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Controllers;

/// <summary>What a controller works with: the same store and writes as requests from outside, webhooks included.</summary>
internal sealed record ControllerContext(ObjectStore Store, ResourceRegistry Registry, ObjectWriter Writer, ObjectDeleter Deleter, PodBinder Binder, TimeProvider Time);

/// <summary>Names one object.</summary>
internal readonly record struct ObjectReference(ResourceDescriptor Resource, ObjectKey Key);
