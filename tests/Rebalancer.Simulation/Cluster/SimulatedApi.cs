using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Rebalancer.Simulation.Kernel;
using Rebalancer.Testing;
using Rebalancer.Testing.Admission;
using Rebalancer.Testing.Http;
using Rebalancer.Testing.Lifecycle;
using Rebalancer.Testing.Operations;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Simulation.Cluster;

/// <summary>The API server double without its sockets: the same store, checks, CRDs with their rules, patches and routes, asked by a call.</summary>
internal sealed class SimulatedApi
{
    private static readonly string[] Definitions = ["migrations.rebalancer.dev", "rebalancepolicies.rebalancer.dev", "rebalanceplans.rebalancer.dev"];
    private static IReadOnlyList<ResourceDescriptor> custom = [];
    private readonly ServiceProvider services;
    private readonly ApiRouter router;

    public SimulatedApi(Simulator simulator, int seed, IAdmission? admission = null)
    {
        services = Build(new ApiServerOptions { Time = simulator, Seed = seed }, admission ?? new NoAdmission());
        router = services.GetRequiredService<ApiRouter>();
        Store = services.GetRequiredService<ObjectStore>();
        Writer = services.GetRequiredService<ObjectWriter>();
        Deleter = services.GetRequiredService<ObjectDeleter>();
        Context = services.GetRequiredService<Rebalancer.Testing.Controllers.ControllerContext>();
        Registry = services.GetRequiredService<ResourceRegistry>();
        foreach (var definition in custom.GroupBy(r => r.QualifiedPlural))
        {
            Registry.Set(definition.Key, definition);
        }

        // No await in it takes time.
        services.GetRequiredService<InitialObjects>().CreateAsync([], [], CancellationToken.None).GetAwaiter().GetResult();
        Migrations = Registry.Find("rebalancer.dev", "v1alpha1", "migrations")!;
    }

    public ObjectStore Store { get; }
    public ObjectWriter Writer { get; }
    public ObjectDeleter Deleter { get; }
    public ResourceRegistry Registry { get; }
    public ResourceDescriptor Migrations { get; }
    public Rebalancer.Testing.Controllers.ControllerContext Context { get; }

    /// <summary>Reads the definitions once, since they are the same for every seed.</summary>
    public static async Task ReadDefinitionsAsync(string folder)
    {
        using var services = Build(new ApiServerOptions(), new NoAdmission());
        await services.GetRequiredService<InitialObjects>().CreateAsync([folder], [], CancellationToken.None);
        custom = [.. services.GetRequiredService<ResourceRegistry>().All.Where(r => Definitions.Contains(r.QualifiedPlural))];
    }

    /// <returns>Status code, body and, of a refusal that says when to come back, the seconds.</returns>
    public async Task<ApiAnswer> AskAsync(ApiCall call)
    {
        var context = new DefaultHttpContext();
        var question = call.Path.IndexOf('?', StringComparison.Ordinal);
        context.Request.Method = call.Method;
        context.Request.Path = Uri.UnescapeDataString(question < 0 ? call.Path : call.Path[..question]);
        context.Request.QueryString = new QueryString(question < 0 ? null : call.Path[question..]);
        if (call.Body is { } body)
        {
            context.Request.Body = new MemoryStream(body);
            context.Request.ContentLength = body.Length;
            context.Request.ContentType = call.ContentType;
        }

        using var answer = new MemoryStream();
        context.Response.Body = answer;
        await router.HandleAsync(context, CancellationToken.None);
        return new ApiAnswer(context.Response.StatusCode, answer.ToArray(), null);
    }

    public async Task CreateAsync(string group, string version, string plural, string ns, JsonObject o)
        => await Writer.CreateAsync(Registry.Find(group, version, plural)!, ns, o, WriteOptions.Of("simulation"), CancellationToken.None);

    private static ServiceProvider Build(ApiServerOptions options, IAdmission admission) => new ServiceCollection()
        .AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance)
        .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
        .AddApiServer(options)
        .AddSingleton(admission)
        .BuildServiceProvider();

    private sealed class NoAdmission : IAdmission
    {
        public Task<JsonObject> MutateAsync(AdmissionRequest request, CancellationToken cancellationToken) => Task.FromResult(request.Object!);

        public Task ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <param name="Path">With its query.</param>
internal sealed record ApiCall(string Method, string Path, byte[]? Body, string? ContentType)
{
    public bool IsWatch => Method == "GET" && Path.Contains("watch=", StringComparison.Ordinal);

    public bool IsWrite => Method != "GET";
}

internal sealed record ApiAnswer(int Code, byte[] Body, int? RetryAfterSeconds);
