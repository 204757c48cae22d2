using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Rebalancer.Agent.Local.Netlink;

namespace Rebalancer.Agent.Tests.Network;

/// <summary>This test assembly started as a process of its own, for tests about processes that die or are stopped. It ends with its standard input.</summary>
internal sealed class OtherProcess : IDisposable
{
    private const int SolTcp = 6;
    private const int TcpRepair = 19;

    private readonly Process _process;

    public OtherProcess(params string[] arguments)
    {
        _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["exec", typeof(OtherProcess).Assembly.Location, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        FirstLine = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{string.Join(' ', arguments)}: the process ended without a word");
    }

    public string FirstLine { get; }

    public int Pid => _process.Id;

    /// <summary>Tells it to do what it waits to do.</summary>
    public void Go() => _process.StandardInput.WriteLine();

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    public static int Main(string[] arguments)
    {
        using IDisposable held = arguments switch
        {
            ["close", var netns, var ifName] => CloseShield(netns, ifName),
            ["repair", var port] => ConnectInRepair(int.Parse(port, System.Globalization.CultureInfo.InvariantCulture)),
            ["deaf", var port] => Connect(int.Parse(port, System.Globalization.CultureInfo.InvariantCulture), reads: false),
            ["slow", var port] => Connect(int.Parse(port, System.Globalization.CultureInfo.InvariantCulture), reads: true),
            ["busy", var port] => Work(int.Parse(port, System.Globalization.CultureInfo.InvariantCulture)),
            _ => throw new ArgumentException($"unknown: {string.Join(' ', arguments)}"),
        };
        Console.ReadLine();
        return 0;
    }

    private static ShieldTable CloseShield(string netns, string ifName)
    {
        var table = ShieldTable.Of(netns, ifName);
        table.Close();
        Console.WriteLine("closed");
        return table;
    }

    /// <summary>Connects, and reads nothing, or once it is told to.</summary>
    private static Socket Connect(int port, bool reads)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, port);
        Console.WriteLine("connected");
        if (reads)
        {
            Console.ReadLine();
            _ = socket.Receive(new byte[64]);
        }
        return socket;
    }

    /// <summary>Connects, and computes until its end.</summary>
    private static Socket Work(int port)
    {
        var socket = Connect(port, reads: false);
        new Thread(() => { while (true) { } }) { IsBackground = true }.Start();
        return socket;
    }

    /// <summary>Connects, says which connection that is, and leaves it as a CRIU killed in mid-dump does.</summary>
    private static Socket ConnectInRepair(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, port);
        socket.SetRawSocketOption(SolTcp, TcpRepair, MemoryMarshal.AsBytes<int>([1]));
        Console.WriteLine("in repair");
        return socket;
    }
}
