using Rebalancer.Model;

namespace Rebalancer.Cli.Inputs;

/// <summary>Files of the command line; one that cannot be read is a problem like any other.</summary>
internal static class InputFile
{
    public static byte[]? Read(FileInfo file, ICollection<InvalidField> problems)
    {
        try
        {
            return File.ReadAllBytes(file.FullName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(new InvalidField(file.Name, "the file", e.Message, "a file that can be read"));
            return null;
        }
    }

    public static string? ReadText(FileInfo file, ICollection<InvalidField> problems)
        => Read(file, problems) is { } content ? System.Text.Encoding.UTF8.GetString(content).TrimStart('\uFEFF') : null;
}
