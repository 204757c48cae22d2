using Rebalancer.Testing.Schemas;

namespace Rebalancer.Testing.Resources;

/// <summary>Everything the generic server knows about one resource of one API version.</summary>
internal sealed record ResourceDescriptor
{
    /// <summary>API group; empty for the core group.</summary>
    public required string Group { get; init; }
    public required string Version { get; init; }
    /// <summary>Lower-case plural, as in the URL.</summary>
    public required string Plural { get; init; }
    public required string Singular { get; init; }
    public required string Kind { get; init; }
    public string ListKind { get; init; } = "";
    public bool Namespaced { get; init; } = true;
    public IReadOnlyList<string> ShortNames { get; init; } = [];
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Whether status is written only through the status subresource.</summary>
    public bool HasStatus { get; init; }

    /// <summary>Whether the scale subresource exists (spec.replicas, status.replicas).</summary>
    public bool HasScale { get; init; }

    /// <summary>Whether metadata.generation counts changes of the specification.</summary>
    public bool TracksGeneration { get; init; }

    /// <summary>Whether a write to the status subresource also carries labels and annotations (pods and nodes).</summary>
    public bool StatusCarriesMetadata { get; init; }

    /// <summary>Fields, beside metadata.name and metadata.namespace, that a field selector may name.</summary>
    public IReadOnlyList<string> SelectableFields { get; init; } = [];

    /// <summary>Columns of `kubectl get`; empty: name and age.</summary>
    public IReadOnlyList<Printing.Column> Columns { get; init; } = [];

    /// <summary>Schema of a custom resource; null for a built-in resource, whose unknown fields are kept.</summary>
    public StructuralSchema? Schema { get; init; }

    /// <summary>Whether a CustomResourceDefinition made this resource.</summary>
    public bool Custom { get; init; }

    /// <summary>The resource whose objects these are in another form (events); null: its own.</summary>
    public ResourceDescriptor? StoredAs { get; init; }

    public ResourceDescriptor Storage => StoredAs ?? this;

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>"deployments.apps"; the same for every version, so that versions share their objects.</summary>
    public string QualifiedPlural => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    public string QualifiedKind => Group.Length == 0 ? Kind : $"{Kind}.{Group}";

    public string NameOfList => ListKind.Length > 0 ? ListKind : Kind + "List";
}
