namespace Rebalancer.Lab.Kubelet;

/// <summary>What the kubelet did, for people: one line each, with the time.</summary>
internal sealed class KubeletLog(string path, TimeProvider time)
{
    private readonly Lock gate = new();

    public void Write(string line)
    {
        lock (gate)
        {
            File.AppendAllText(path, $"{time.GetUtcNow():HH:mm:ss.fff} {line}\n");
        }
    }
}
