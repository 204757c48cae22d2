namespace Rebalancer.Lab.Images;

/// <summary>One entry of an image's only layer.</summary>
/// <param name="Path">Absolute path in the image.</param>
/// <param name="Source">File to copy, links followed; null for a folder, link or text.</param>
/// <param name="LinkTarget">Target of a symbolic link.</param>
/// <param name="Text">Content given directly.</param>
/// <param name="Mode">Permission bits; null: those of the source, 0755 for folders, 0644 for text.</param>
public sealed record ImageFile(string Path, string? Source = null, string? LinkTarget = null, string? Text = null, UnixFileMode? Mode = null)
{
    public static ImageFile Copy(string path, string source) => new(path, Source: source);

    public static ImageFile Link(string path, string target) => new(path, LinkTarget: target);

    public static ImageFile Folder(string path, UnixFileMode? mode = null) => new(path, Mode: mode);

    public static ImageFile Content(string path, string text) => new(path, Text: text);
}
