using System.CommandLine;
using System.Net;

namespace Rebalancer.Testing;

/// <summary>The server as a program.</summary>
internal static class ApiServerCommand
{
    public static RootCommand Create()
    {
        var address = new Option<string>("--address") { Description = "IP address to listen on", DefaultValueFactory = _ => "127.0.0.1" };
        var port = new Option<int>("--port") { Description = "TCP port; 0: a free one", DefaultValueFactory = _ => 8001 };
        var https = new Option<bool>("--https") { Description = "serve HTTPS with a certificate made at start" };
        var crds = new Option<string[]>("--crds") { Description = "folder with CustomResourceDefinitions; may be given again" };
        var kubeconfig = new Option<string>("--kubeconfig") { Description = "write a kubeconfig to this file", DefaultValueFactory = _ => "artifacts/kubeconfig" };
        var controllers = new Option<ControllerSet>("--controllers") { Description = "controllers to run, comma separated", DefaultValueFactory = _ => ControllerSet.All };
        var command = new RootCommand("A Kubernetes API server double with controllers, without nodes.") { address, port, https, crds, kubeconfig, controllers };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new ApiServerOptions
            {
                ListenAddress = IPAddress.Parse(parsed.GetValue(address)!),
                Port = parsed.GetValue(port),
                Https = parsed.GetValue(https),
                CrdFolders = parsed.GetValue(crds) ?? [],
                Controllers = parsed.GetValue(controllers),
            },
            parsed.GetValue(kubeconfig)!,
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ApiServerOptions options, string kubeconfig, CancellationToken cancellationToken)
    {
        await using var api = await ApiServer.StartAsync(options, cancellationToken);
        api.WriteKubeconfig(kubeconfig);
        Console.WriteLine($"""
            The API server double answers at {api.Url} (Ctrl-C ends it; nothing is kept).
              export KUBECONFIG={Path.GetFullPath(kubeconfig)}
              kubectl get namespaces,customresourcedefinitions
            """);
        await api.WaitForShutdownAsync(cancellationToken);
        return 0;
    }
}
