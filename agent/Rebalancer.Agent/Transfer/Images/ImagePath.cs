namespace Rebalancer.Agent.Transfer.Images;

/// <summary>
/// A checkpoint is one folder of regular files for each container: "container/file". Each name is letters, digits, '.', '-' and '_', and does not begin
/// with a dot.
/// </summary>
internal static class ImagePath
{
    /// <summary>Whether a path of a peer names a file in one of these folders; where there are none, a file that lies in no folder.</summary>
    public static bool IsIn(string path, IReadOnlyCollection<string> folders)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0) { return folders.Count == 0 && IsValid(path); }
        return path.Length <= TransferLimits.PathCharacters && folders.Contains(path[..slash]) && IsValid(path[..slash]) && IsValid(path[(slash + 1)..]);
    }

    public static bool IsValid(string path) =>
        path.Length is > 0 and <= TransferLimits.PathCharacters && path[0] != '.' && path.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_');
}
