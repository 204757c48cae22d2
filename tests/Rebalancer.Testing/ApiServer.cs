using Rebalancer.Testing.Operations;
using System.Security.Cryptography.X509Certificates;
using k8s;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Rebalancer.Testing.Http;
using Rebalancer.Testing.Lifecycle;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing;

/// <summary>A Kubernetes API server in this process: for tests and for trying things by hand. README.md says where it is simpler than the real one.</summary>
public sealed class ApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ServerCertificate? _certificate;
    private readonly ObjectStore _store;
    private readonly ControllerHost _controllers;

    private ApiServer(WebApplication app, ServerCertificate? certificate)
    {
        _app = app;
        _certificate = certificate;
        _store = app.Services.GetRequiredService<ObjectStore>();
        _controllers = app.Services.GetRequiredService<ControllerHost>();
        Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    /// <summary>Where it listens, "http://127.0.0.1:34567".</summary>
    public string Url { get; }

    /// <summary>PEM of the CA of an HTTPS server; null over HTTP.</summary>
    public string? CaPem => _certificate?.CaPem;

    /// <summary>Starts a server; it answers when this returns.</summary>
    /// <exception cref="InvalidDataException">A file of a CRD folder cannot be read.</exception>
    public static async Task<ApiServer> StartAsync(ApiServerOptions options, CancellationToken cancellationToken)
    {
        var certificate = options.Https ? ServerCertificate.Create(options.ListenAddress, options.Time) : null;
        var app = ApiServerServices.Build(options, certificate);
        var controllers = app.Services.GetRequiredService<ControllerHost>();
        try
        {
            controllers.Start();
            await app.Services.GetRequiredService<InitialObjects>().CreateAsync(options.CrdFolders, options.ObjectFiles, cancellationToken);
            var router = app.Services.GetRequiredService<ApiRouter>();
            app.Run(context => router.HandleAsync(context, app.Lifetime.ApplicationStopping));
            await app.StartAsync(cancellationToken);
            return new ApiServer(app, certificate);
        }
        catch
        {
            await controllers.StopAsync();
            await app.DisposeAsync();
            certificate?.Dispose();
            throw;
        }
    }

    /// <summary>Configuration of a client library's client.</summary>
    public KubernetesClientConfiguration ClientConfiguration()
    {
        var configuration = new KubernetesClientConfiguration { Host = Url };
        if (_certificate is not null)
        {
            configuration.SslCaCerts = [X509Certificate2.CreateFromPem(_certificate.CaPem)];
        }

        return configuration;
    }

    /// <summary>A client of this server; the caller disposes it.</summary>
    public k8s.Kubernetes CreateClient() => new(ClientConfiguration());

    /// <summary>Writes a kubeconfig for kubectl and other programs.</summary>
    public void WriteKubeconfig(string path) => Kubeconfig.Write(path, Url, CaPem);

    /// <summary>Writes a kubeconfig for a pod's service account on a node, as admission policies see it. It may do whatever these allow.</summary>
    public void WriteKubeconfig(string path, string ns, string account, string node) => Kubeconfig.Write(path, Url, CaPem, Caller.TokenOf(ns, account, node));

    /// <summary>Forgets all history, as a compaction of etcd does: watches from older versions are answered 410 Gone.</summary>
    public void CompactHistory() => _store.Compact();

    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => _app.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _controllers.StopAsync();
        await _app.DisposeAsync();
        _certificate?.Dispose();
    }
}
