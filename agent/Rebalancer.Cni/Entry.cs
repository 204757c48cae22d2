using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Rebalancer.Agent.Local;
using Rebalancer.Cni.Protocol;

namespace Rebalancer.Cni;

/// <summary>
/// The IPAM plugin: asks the agent for a pod's address, since addresses are records of the cluster that a move hands over. It keeps nothing itself.
/// </summary>
internal static class Entry
{
    public static int Run(CniHost host)
    {
        var version = CniVersions.Newest;
        try
        {
            var call = CniCall.Read(host);
            version = call.Config.CniVersion.Length > 0 ? call.Config.CniVersion : "0.1.0";
            if (call.Command != "VERSION") { RequireSupported(version); }
            Execute(call, host, version);
            return 0;
        }
        catch (CniException e)
        {
            var error = new ErrorResult { CniVersion = version, Code = e.Code, Msg = e.Message, Details = e.Details.Length > 0 ? e.Details : null };
            Print(host, error, CniJson.Default.ErrorResult);
            return 1;
        }
    }

    private static void Execute(CniCall call, CniHost host, string version)
    {
        switch (call.Command)
        {
            case "VERSION":
                Print(host, new VersionResult { CniVersion = CniVersions.Newest, SupportedVersions = CniVersions.Supported }, CniJson.Default.VersionResult);
                break;
            case "ADD":
                Print(host, Addresses.Add(call, host, version), CniJson.Default.AddResult);
                break;
            case "DEL":
                Addresses.Delete(call, host);
                break;
            case "CHECK":
                Addresses.Check(call, host);
                break;
            case "STATUS":
                Addresses.Status(host);
                break;
            case "GC":
                // Records belong to pod UIDs of the cluster: the agents free those whose pod is gone, and one node's list of attachments says nothing of the others'.
                break;
            default:
                throw new CniException(CniErrors.InvalidEnvironment, $"CNI_COMMAND '{call.Command}' is unknown");
        }
    }

    private static void RequireSupported(string version)
    {
        if (!CniVersions.Supported.Contains(version))
        {
            throw new CniException(CniErrors.IncompatibleVersion, $"cniVersion '{version}' is not supported", $"supported: {string.Join(", ", CniVersions.Supported)}");
        }
    }

    private static void Print<T>(CniHost host, T result, JsonTypeInfo<T> type)
    {
        JsonSerializer.Serialize(host.Output, result, type);
        host.Output.Write("\n"u8);
        host.Output.Flush();
    }
}
