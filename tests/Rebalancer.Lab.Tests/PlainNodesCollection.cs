namespace Rebalancer.Lab.Tests;

/// <summary>Tests on the nodes of <see cref="PlainNodes"/>.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class PlainNodesCollection : ICollectionFixture<PlainNodes>
{
    public const string Name = "plain nodes";
}
