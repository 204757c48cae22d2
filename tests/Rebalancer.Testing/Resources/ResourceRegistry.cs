using System.Collections.Immutable;

namespace Rebalancer.Testing.Resources;

/// <summary>The resources served now: the built-in ones and those of CustomResourceDefinitions.</summary>
internal sealed class ResourceRegistry
{
    private ImmutableList<ResourceDescriptor> _all = [.. BuiltInResources.All];

    public IReadOnlyList<ResourceDescriptor> All => _all;

    public ResourceDescriptor? Find(string group, string version, string plural) =>
        _all.Find(r => r.Plural == plural && r.Group == group && r.Version == version);

    public ResourceDescriptor? FindKind(string apiVersion, string kind) => _all.Find(r => r.Kind == kind && r.ApiVersion == apiVersion);

    public ResourceDescriptor? FindKindOfGroup(string apiVersion, string kind)
    {
        var group = apiVersion.Contains('/', StringComparison.Ordinal) ? apiVersion[..apiVersion.IndexOf('/', StringComparison.Ordinal)] : "";
        return _all.Find(r => r.Kind == kind && r.Group == group);
    }

    public bool HasGroupVersion(string group, string version) => _all.Exists(r => r.Group == group && r.Version == version);

    /// <summary>Every resource once, whatever its number of versions.</summary>
    public IEnumerable<ResourceDescriptor> Distinct() => _all.Where(r => r.StoredAs is null).DistinctBy(r => r.QualifiedPlural);

    /// <summary>Replaces all versions of a custom resource.</summary>
    public void Set(string qualifiedPlural, IEnumerable<ResourceDescriptor> versions) =>
        ImmutableInterlocked.Update(ref _all, (all, added) => all.RemoveAll(r => r.QualifiedPlural == qualifiedPlural).AddRange(added), versions.ToArray());
}
