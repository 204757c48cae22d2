using System.Text.Json;
using System.Text.Json.Nodes;
using Rebalancer.Testing.Errors;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;
using YamlDotNet.Core;

namespace Rebalancer.Testing.Lifecycle;

/// <summary>What a new server holds: the namespaces of every cluster, the definitions of the given folders, and the objects of the given files.</summary>
internal sealed class InitialObjects(ObjectWriter writer, ResourceRegistry registry)
{
    private static readonly string[] Namespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];
    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];

    public async Task CreateAsync(IReadOnlyList<string> definitionFolders, IReadOnlyList<string> objectFiles, CancellationToken cancellationToken)
    {
        foreach (var name in Namespaces)
        {
            await CreateAsync(Known.Namespaces, new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } }, cancellationToken);
        }

        foreach (var file in definitionFolders.SelectMany(Files))
        {
            // A kustomization.yaml may lie beside the definitions.
            await LoadAsync(file, o => o.Text("kind") == "CustomResourceDefinition", cancellationToken);
        }

        foreach (var file in objectFiles)
        {
            await LoadAsync(file, _ => true, cancellationToken);
        }
    }

    private static IEnumerable<string> Files(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder).Where(f => Extensions.Contains(Path.GetExtension(f))).Order(StringComparer.Ordinal)
        : throw new InvalidDataException($"CRD folder {folder} does not exist");

    private async Task LoadAsync(string file, Func<JsonObject, bool> isWanted, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var document in YamlDocuments.Parse(await File.ReadAllTextAsync(file, cancellationToken)).OfType<JsonObject>().Where(isWanted))
            {
                var (apiVersion, kind) = (document.Text("apiVersion") ?? "", document.Text("kind") ?? "");
                var resource = registry.FindKind(apiVersion, kind) ?? throw new InvalidDataException($"{file}: no kind {kind} in {apiVersion}");
                await CreateAsync(resource, document, cancellationToken);
            }
        }
        catch (Exception e) when (e is ApiException or YamlException or JsonException)
        {
            throw new InvalidDataException($"{file}: {e.Message}", e);
        }
    }

    private Task<StoredObject> CreateAsync(ResourceDescriptor resource, JsonObject o, CancellationToken cancellationToken) =>
        writer.CreateAsync(resource, "", o, WriteOptions.Of("bootstrap"), cancellationToken);
}
