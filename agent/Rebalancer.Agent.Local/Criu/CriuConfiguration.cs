namespace Rebalancer.Agent.Local.Criu;

/// <summary>
/// CRIU's configuration of one container. runc reads its path from the container's annotation org.criu.config, which is fixed at create
/// (checkpoint takes it from runc's state, not from the bundle); so the path stays and the content changes. CRIU lets it override what runc asks for.
/// </summary>
public static class CriuConfiguration
{
    public const string Annotation = "org.criu.config";

    /// <summary>
    /// While the container runs. CRIU's own lock would start iptables-restore twice inside the freeze (30-50 ms each); the agent's shield
    /// covers the dump. A checkpoint by somebody else is not worse off: its lock would stay in the pod's namespace, which outlives the container.
    /// Deleted files that are still open are carried in the checkpoint: up to 64 MB each, where CRIU alone would refuse more than 1 MB.
    /// Established connections still need the caller's own --tcp-established.
    /// </summary>
    public const string Default = "network-lock skip\nghost-limit 64M\n";

    /// <summary>
    /// While the agent moves the container: a dump waits at pre-dump, a restore is held at post-restore, until the agent says go on.
    /// Whoever writes this before a checkpoint writes <see cref="Default"/> after it, or a checkpoint by somebody else would wait too.
    /// </summary>
    /// <param name="script">Path of rebalancer-runc, or of <see cref="CriuScript"/>.</param>
    public static string Held(string script) => $"{Default}action-script {script}\n";

    /// <summary>As <see cref="Held"/>, for a restore whose processes get their memory from the page server.</summary>
    public static string HeldLazy(string script) => $"{Held(script)}lazy-pages\n";

    public static string PathOf(string criuFolder, string containerId) => Path.Combine(criuFolder, containerId + ".conf");

    /// <summary>Replaces the file as a whole: CRIU never reads a half-written one.</summary>
    public static void Write(string path, string content)
    {
        PrivateFolder.Create(Path.GetDirectoryName(path)!);
        var next = $"{path}.{Environment.ProcessId}";
        File.WriteAllText(next, content);
        File.Move(next, path, overwrite: true);
    }
}
