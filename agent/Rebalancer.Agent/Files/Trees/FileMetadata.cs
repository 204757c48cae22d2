using Rebalancer.Agent.Files.Archive;
using Rebalancer.Agent.Files.Native;

namespace Rebalancer.Agent.Files.Trees;

/// <summary>Owner, mode, extended attributes and time of a file, in the order in which the kernel does not undo one by another.</summary>
internal static class FileMetadata
{
    /// <summary>The attributes that travel.</summary>
    /// <param name="unsupported">One that cannot; null when there is none.</param>
    public static IReadOnlyList<FileAttribute> Attributes(OpenFolder folder, string name, TreeKind tree, out string? unsupported)
    {
        unsupported = null;
        var names = ExtendedAttributes.Names(folder, name);
        if (names.Count == 0) { return []; }
        unsupported = names.FirstOrDefault(each => AttributeRules.Of(each, tree) == AttributeRule.Unsupported);
        return [.. names.Where(each => AttributeRules.Of(each, tree) == AttributeRule.Carried)
            .Select(each => (Name: each, Value: ExtendedAttributes.Value(folder, name, each)))
            .Where(each => each.Value is not null)
            .Select(each => new FileAttribute(each.Name, each.Value!))];
    }

    public static void Set(OpenFolder folder, string name, FileRecord file, TreeKind tree)
    {
        folder.SetOwner(name, file.User, file.Group);
        if (file.Kind != FileKind.Symlink)
        {
            // A change of the owner takes capabilities and the set-user-id bit away, a change of the mode the mask of an access list.
            folder.SetMode(name, file.Mode);
            RemoveOthers(folder, name, file, tree);
            foreach (var attribute in file.Attributes) { ExtendedAttributes.Set(folder, name, attribute.Name, attribute.Value); }
        }
        folder.SetModified(name, file.Modified);
    }

    /// <summary>A folder that was there already, or that inherited an access list, may have more than it shall.</summary>
    private static void RemoveOthers(OpenFolder folder, string name, FileRecord file, TreeKind tree)
    {
        foreach (var there in ExtendedAttributes.Names(folder, name))
        {
            if (AttributeRules.Of(there, tree) == AttributeRule.Carried && file.Attributes.All(each => each.Name != there)) { ExtendedAttributes.Remove(folder, name, there); }
        }
    }
}
