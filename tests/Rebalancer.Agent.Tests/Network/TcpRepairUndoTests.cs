using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Rebalancer.Agent.Local.TcpRepair;

namespace Rebalancer.Agent.Tests.Network;

public sealed class TcpRepairUndoTests
{
    private const int SigStop = 19;

    [Fact]
    public void Undo_OnAStoppedProcess_MakesItsConnectionHearAgain()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var other = new OtherProcess("repair", ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        using var connection = listener.AcceptSocket();
        Assert.Equal(0, kill(other.Pid, SigStop));

        Assert.Equal(1, TcpRepairUndo.Undo(ProcessTree.Of(other.Pid)));
        Assert.Equal(0, TcpRepairUndo.Undo([other.Pid]));

        // Killed by this the process sends a reset or end only out of a socket that is not in repair mode; one in repair vanishes without a word.
        other.Kill();
        connection.ReceiveTimeout = 2000;
        Assert.Equal(0, connection.Receive(new byte[1]));
    }

    [Fact]
    public void Undo_OnAProcessThatHasEnded_IsPassedOver() => Assert.Equal(0, TcpRepairUndo.Undo([4194305]));

    [Fact]
    public void Undo_OnAHealthyProcess_TouchesNothing() => Assert.Equal(0, TcpRepairUndo.Undo([Environment.ProcessId]));

    [DllImport("libc")]
    private static extern int kill(int pid, int signal);
}
