using System.Collections.Concurrent;
using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Rebalancer.Lab.Kubelet.Probes;

/// <summary>Makes sockets in a node's network namespace. A socket stays in the namespace of the thread that made it, so one thread lives there.</summary>
internal sealed partial class NodeSockets : IDisposable
{
    private const int CloneNewNet = 0x40000000;

    private readonly BlockingCollection<TaskCompletionSource<Socket>> requests = [];

    public NodeSockets(int nodePid)
    {
        new Thread(() => Serve(nodePid)) { Name = $"netns of {nodePid}", IsBackground = true }.Start();
    }

    public Task<Socket> TcpAsync()
    {
        var request = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
        requests.Add(request);
        return request.Task;
    }

    public void Dispose() => requests.CompleteAdding();

    private void Serve(int nodePid)
    {
        Exception? failure = null;
        try
        {
            using var file = File.OpenHandle($"/proc/{nodePid}/ns/net");
            if (SetNs((int)file.DangerousGetHandle(), CloneNewNet) != 0)
            {
                throw new Win32Exception();
            }
        }
        catch (Exception error) when (error is Win32Exception or IOException)
        {
            failure = error;
        }

        foreach (var request in requests.GetConsumingEnumerable())
        {
            if (failure is not null)
            {
                request.SetException(failure);
                continue;
            }

            request.SetResult(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNs(int fd, int kind);
}
