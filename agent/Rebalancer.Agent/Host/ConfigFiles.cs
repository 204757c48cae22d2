namespace Rebalancer.Agent.Host;

/// <summary>containerd's main configuration file and ours that it imports, as they are or should be.</summary>
/// <param name="MainPath">Path of the main file.</param>
/// <param name="MainText">Empty: there is none.</param>
/// <param name="DropIn">Path of ours; null: there is none.</param>
/// <param name="DropInText">Its content.</param>
internal sealed record ConfigFiles(string MainPath, string MainText, string? DropIn, string DropInText)
{
    /// <summary>Links to a file are followed, so that it stays one.</summary>
    private string RealPath => !File.Exists(MainPath) ? MainPath : new FileInfo(MainPath).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? MainPath;

    public static ConfigFiles Read(string mainPath)
    {
        var text = File.Exists(mainPath) ? File.ReadAllText(mainPath) : "";
        var dropIn = Places(mainPath, text).FirstOrDefault(File.Exists);
        return new ConfigFiles(mainPath, text, dropIn, dropIn is null ? "" : File.ReadAllText(dropIn));
    }

    /// <summary>Without anything of ours.</summary>
    public ConfigFiles Stripped() => this with { MainText = MarkedBlock.Strip(MainText), DropIn = null, DropInText = "" };

    public bool IsSame(ConfigFiles other) => MainText == other.MainText && DropIn == other.DropIn && DropInText == other.DropInText;

    public void Write()
    {
        foreach (var stale in Places(MainPath, MainText).Where(place => place != DropIn && File.Exists(place))) { File.Delete(stale); }
        if (DropIn is { } path)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Replace(path, DropInText);
        }

        if (MainText.Length > 0) { Replace(RealPath, MainText); }
        else { File.Delete(MainPath); }
    }

    /// <summary>Beside the main file, and in every folder that it imports.</summary>
    private static IEnumerable<string> Places(string mainPath, string text)
    {
        var folder = Path.GetDirectoryName(mainPath)!;
        return HandlerConfig.ImportFolders(text).Select(each => Path.Combine(folder, each)).Prepend($"{folder}/conf.d").Distinct().Select(each => $"{each}/{HandlerConfig.DropInName}");
    }

    private static void Replace(string path, string text)
    {
        if (File.Exists(path) && File.ReadAllText(path) == text) { return; }
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var next = $"{path}.{Environment.ProcessId}";
        File.WriteAllText(next, text);
        if (File.Exists(path)) { File.SetUnixFileMode(next, File.GetUnixFileMode(path)); }
        File.Move(next, path, overwrite: true);
    }
}
