namespace Rebalancer.Agent.Transfer.Images;

/// <summary>A checkpoint is one flat folder of regular files: a name is letters, digits, '.', '-' and '_', and does not begin with a dot.</summary>
internal static class ImagePath
{
    public static bool IsValid(string path) =>
        path.Length is > 0 and <= TransferLimits.PathCharacters && path[0] != '.' && path.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_');
}
