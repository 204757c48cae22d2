using Rebalancer.Agent.Local.Criu.Images;
using Rebalancer.Agent.Preflight;
using Rebalancer.Kubernetes.Api;

namespace Rebalancer.Agent.Restore;

/// <summary>
/// Lets the kernel set aside no memory for mappings that nobody may write. CRIU maps everything private writable, to fill it, before it gives it the
/// protection it had. A runtime that keeps hundreds of gigabytes of address space for its heap (.NET, Java, Go) would be refused it then, by a kernel that
/// overcommits by heuristics.
/// </summary>
internal static class RestoredMappings
{
    /// <param name="images">Image folder of one container; the images have been sent by another node.</param>
    /// <exception cref="MoveException">An image is none.</exception>
    public static void ReserveNothing(string images)
    {
        try
        {
            foreach (var path in Directory.EnumerateFiles(images, MemoryImage.Pattern)) { MemoryImage.ReserveNothing(path); }
        }
        catch (InvalidDataException e)
        {
            throw new MoveException(Reasons.RestoreFailed, $"the images are not as expected: {e.Message}", inner: e);
        }
    }
}
