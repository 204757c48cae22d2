using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using k8s.Models;
using Rebalancer.Lab.Kubelet.Pods;

namespace Rebalancer.Lab.Kubelet.Probes;

/// <summary>Makes one probe of any kind: HTTP, TCP or exec.</summary>
internal sealed class Prober(PodRuntime runtime, HttpProbe http, NodeSockets sockets)
{
    public async Task<ProbeOutcome> ProbeAsync(V1Probe probe, V1Container container, string containerId, string? podAddress, CancellationToken cancel)
    {
        var limit = TimeSpan.FromSeconds(probe.TimeoutSeconds ?? 1);
        return probe switch
        {
            { HttpGet: { } get } => await http.ProbeAsync(get, podAddress, container.Ports ?? [], limit, cancel),
            { TcpSocket: { } tcp } => await TcpAsync(tcp, container, podAddress, limit, cancel),
            { Exec: { } exec } => await ExecAsync(exec, containerId, (int)limit.TotalSeconds, cancel),
            _ => ProbeOutcome.Unknown("a kind of probe that the lab's kubelet does not have"),
        };
    }

    private async Task<ProbeOutcome> TcpAsync(V1TCPSocketAction tcp, V1Container container, string? podAddress, TimeSpan limit, CancellationToken cancel)
    {
        if ((tcp.Host ?? podAddress) is not { Length: > 0 } host || ProbePort.Of(tcp.Port, container.Ports) is not { } port)
        {
            return ProbeOutcome.Unknown($"no address or port {tcp.Port}");
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(limit);
        try
        {
            using var socket = await sockets.TcpAsync();
            await socket.ConnectAsync(IPAddress.Parse(host), port, deadline.Token);
            return ProbeOutcome.Success;
        }
        catch (SocketException error)
        {
            return ProbeOutcome.Failure($"dial tcp {host}:{port}: {error.Message}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return ProbeOutcome.Failure($"dial tcp {host}:{port}: i/o timeout");
        }
    }

    private async Task<ProbeOutcome> ExecAsync(V1ExecAction exec, string containerId, int limitSeconds, CancellationToken cancel)
    {
        try
        {
            var reply = await runtime.ExecAsync(containerId, exec.Command, limitSeconds, cancel);
            return reply.ExitCode == 0 ? ProbeOutcome.Success : ProbeOutcome.Failure($"exit code {reply.ExitCode}: {(reply.Stdout.ToStringUtf8() + reply.Stderr.ToStringUtf8()).Trim()}");
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.DeadlineExceeded && !cancel.IsCancellationRequested)
        {
            return ProbeOutcome.Failure($"command timed out after {limitSeconds} s");
        }
        catch (RpcException error) when (!cancel.IsCancellationRequested)
        {
            return ProbeOutcome.Unknown(error.Status.Detail);
        }
    }
}
