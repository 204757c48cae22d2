using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Rebalancer.Testing.Admission;
using Rebalancer.Testing.Controllers;
using Rebalancer.Testing.Http;
using Rebalancer.Testing.Lifecycle;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing;

/// <summary>Puts the parts together.</summary>
internal static class ApiServerServices
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    public static WebApplication Build(ApiServerOptions options, ServerCertificate? certificate)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = options.RequestBodyLimitBytes;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.ListenAddress, options.Port, listen =>
            {
                if (certificate is not null)
                {
                    listen.UseHttps(certificate.Certificate);
                }
            });
        });
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.Services.AddApiServer(options);
        return builder.Build();
    }

    /// <summary>All but what listens.</summary>
    public static IServiceCollection AddApiServer(this IServiceCollection services, ApiServerOptions options) => services
        .AddSingleton(options)
        .AddSingleton(options.Time)
        .AddSingleton(new ObjectStore(options.HistoryLimit, options.WatcherCapacity))
        .AddSingleton<Identities>()
        .AddSingleton<ResourceRegistry>()
        .AddSingleton<ServiceAddresses>()
        .AddSingleton<ServiceResolver>()
        .AddSingleton<WebhookClient>()
        .AddSingleton<WebhookAdmission>()
        .AddSingleton<PolicyAdmission>()
        .AddSingleton<IAdmission, Admissions>()
        .AddSingleton<BuiltInAdmission>()
        .AddSingleton<ObjectWriter>()
        .AddSingleton<ObjectDeleter>()
        .AddSingleton<PodBinder>()
        .AddSingleton<Evictor>()
        .AddSingleton<ListPages>()
        .AddSingleton<ObjectReader>()
        .AddSingleton<ObjectWatcher>()
        .AddSingleton<Subresources>()
        .AddSingleton<ObjectEndpoint>()
        .AddSingleton<Discovery>()
        .AddSingleton<OpenApi>()
        .AddSingleton<ApiRouter>()
        .AddSingleton<ControllerContext>()
        .AddSingleton<InitialObjects>()
        .AddSingleton<ControllerHost>();
}
