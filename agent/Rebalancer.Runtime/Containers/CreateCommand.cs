using System.Text.Json;
using Rebalancer.Agent.Local;
using Rebalancer.Agent.Local.Criu;
using Rebalancer.Runtime.Arguments;
using Rebalancer.Runtime.Bundles;
using Rebalancer.Runtime.Restores;

namespace Rebalancer.Runtime.Containers;

/// <summary>
/// `create`: passes through, except that a pod that was moved away never starts again, and that a claimed pod waits for the agent's decision.
/// Whatever goes wrong with a container that is no concern of ours leaves it to runc, unchanged.
/// </summary>
internal sealed class CreateCommand(RuntimeHost host, RuncArguments call)
{
    public int Run()
    {
        var path = Path.Combine(call.Bundle, BundleConfig.FileName);
        if (TryRead(path) is not var (json, config) || config.ContainerType.Length == 0) { return host.Runc.Become(call.All); }
        RefuseReleased(config);
        if (config.IsClaimed) { RequireSafeNames(config); }
        if (config.ContainerType == BundleConfig.Container) { Configure(path, json, config); }
        if (!config.IsClaimed || IsConsumed(config)) { return host.Runc.Become(call.All); }
        var questions = new AgentQuestions(host, call, config);
        if (config.ContainerType == BundleConfig.Container) { return new ClaimedContainer(host, call, config, questions).Run(); }
        return Sandbox(questions.Decide(LocalOps.SandboxCreate));
    }

    private static (byte[] Json, BundleConfig Config)? TryRead(string path)
    {
        try
        {
            var json = File.ReadAllBytes(path);
            return (json, BundleConfig.Parse(json));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // runc reads the same file and names the error as it always does.
            return null;
        }
    }

    private void RefuseReleased(BundleConfig config)
    {
        if (SafeNames.IsSafe(config.PodUid) && File.Exists(Path.Combine(host.ReleasedFolder, config.PodUid)))
        {
            throw new RuntimeFailureException(FailureReasons.PodReleased,
                $"pod {config.PodNamespace}/{config.PodName} ({config.PodUid}) was moved to another node and may not start here again");
        }
    }

    private void RequireSafeNames(BundleConfig config)
    {
        if (SafeNames.IsSafe(call.Id) && SafeNames.IsSafe(config.PodUid) && (config.ContainerType == BundleConfig.Sandbox || SafeNames.IsSafe(config.ContainerName))) { return; }
        throw new RuntimeFailureException(FailureReasons.BundleUnreadable,
            $"claimed container {call.Id} of pod uid '{config.PodUid}', name '{config.ContainerName}': these are no ids of a CRI runtime");
    }

    /// <summary>Names the file in which CRIU will find the options of a later checkpoint.</summary>
    private void Configure(string path, byte[] json, BundleConfig config)
    {
        if (!SafeNames.IsSafe(call.Id)) { return; }
        try
        {
            var criu = CriuConfiguration.PathOf(host.CriuFolder, call.Id);
            CriuConfiguration.Write(criu, CriuConfiguration.Default);
            BundleFile.Replace(path, BundleAnnotation.Set(json, CriuConfiguration.Annotation, criu));
        }
        catch (Exception e) when (!config.IsClaimed && e is IOException or UnauthorizedAccessException)
        {
            // It only makes a later move slower: the container itself must start.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new RuntimeFailureException(FailureReasons.BundleUnreadable, $"bundle {call.Bundle} of claimed container {call.Id}: {e.Message}");
        }
    }

    /// <summary>The checkpoint of a moved container is used once; what kubelet starts in that pod later starts cold.</summary>
    private bool IsConsumed(BundleConfig config)
    {
        if (config.ContainerType == BundleConfig.Container) { return File.Exists(Markers.Consumed(host, config)); }
        return Directory.Exists(host.ConsumedFolder) && Directory.EnumerateFiles(host.ConsumedFolder, config.PodUid + "_*").Any();
    }

    private int Sandbox(LocalReply reply)
    {
        if (reply.Action is LocalActions.Proceed or LocalActions.Create) { return host.Runc.Become(call.All); }
        throw AgentQuestions.Refusal(reply, $"sandbox {call.Id}");
    }
}
