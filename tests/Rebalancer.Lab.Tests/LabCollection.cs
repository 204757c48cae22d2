namespace Rebalancer.Lab.Tests;

/// <summary>Tests that start a lab cluster: one at a time, since there is one fabric, and alone, since other work would look like a stall.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LabCollection
{
    public const string Name = "lab";
}
