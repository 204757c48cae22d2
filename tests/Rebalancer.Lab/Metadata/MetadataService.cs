using System.Globalization;
using System.Text.Json;

namespace Rebalancer.Lab.Metadata;

/// <summary>
/// A cloud's metadata service as far as a spot node's agent needs it. EC2's, version 2: session tokens, instance-action, and a few facts of the instance, with
/// paths, headers, status codes and bodies of the EC2 user guide ("Use IMDS", "Spot Instance interruption notices"). Compute Engine's: preempted and
/// maintenance-event, as in its documentation ("View and query VM metadata", "Spot VMs").
/// </summary>
internal sealed class MetadataService : IAsyncDisposable
{
    public const string TokenTtlHeader = "X-aws-ec2-metadata-token-ttl-seconds";
    public const string TokenHeader = "X-aws-ec2-metadata-token";
    public const string FlavorHeader = "Metadata-Flavor";
    public const string Flavor = "Google";
    public const int SlowAnswerSeconds = 30;

    private readonly MetadataOptions options;
    private readonly TimeProvider time;
    private readonly MetadataTokens tokens;
    private readonly WebApplication app;
    private MetadataBehaviour behaviour;
    private SpotNotice? notice;
    private long noticeReads;

    private MetadataService(MetadataOptions options, TimeProvider time)
    {
        this.options = options;
        this.time = time;
        tokens = new MetadataTokens(time);
        app = Build();
    }

    public static async Task<MetadataService> StartAsync(MetadataOptions options, TimeProvider time, CancellationToken cancel)
    {
        var service = new MetadataService(options, time);
        await service.app.StartAsync(cancel);
        return service;
    }

    /// <summary>What an agent is given in place of the link-local address.</summary>
    public Uri Url => new(app.Urls.First());

    /// <summary>How often the notice was read, by who may.</summary>
    public long NoticeReads => Interlocked.Read(ref noticeReads);

    public MetadataBehaviour Behaviour
    {
        get => behaviour;
        set => behaviour = value;
    }

    /// <summary>From now on the service says that the instance is terminated after the given time, or only that it is, where the cloud names no instant.</summary>
    public SpotNotice RaiseNotice(TimeSpan after, string action = "terminate")
    {
        var raised = new SpotNotice(action, time.GetUtcNow() + after);
        Volatile.Write(ref notice, raised);
        return raised;
    }

    public void WithdrawNotice() => Volatile.Write(ref notice, null);

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private WebApplication Build()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(options.Address));
        var built = builder.Build();
        built.Use(BehaveAsync);
        if (options.Cloud == MetadataCloud.Gce)
        {
            built.MapGet("/computeMetadata/v1/instance/preempted", GetPreempted);
            built.MapGet("/computeMetadata/v1/instance/maintenance-event", () => "NONE");
            return built;
        }

        built.MapPut("/latest/api/token", PutToken);
        built.MapGet("/latest/meta-data/spot/instance-action", GetInstanceAction);
        built.MapGet("/latest/meta-data/instance-id", () => options.InstanceId);
        built.MapGet("/latest/meta-data/instance-type", () => options.InstanceType);
        built.MapGet("/latest/meta-data/instance-life-cycle", () => options.LifeCycle);
        built.MapGet("/latest/meta-data/placement/availability-zone", () => options.Zone);
        return built;
    }

    private async Task BehaveAsync(HttpContext context, RequestDelegate next)
    {
        if (behaviour == MetadataBehaviour.Absent)
        {
            context.Abort();
            return;
        }

        if (behaviour == MetadataBehaviour.Slow)
        {
            await Task.Delay(TimeSpan.FromSeconds(SlowAnswerSeconds), time, context.RequestAborted);
        }

        if (options.Cloud == MetadataCloud.Gce)
        {
            context.Response.Headers[FlavorHeader] = Flavor;
            if (context.Request.Headers[FlavorHeader] != Flavor)
            {
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return;
            }
        }
        else if (context.Request.Path.StartsWithSegments("/latest/meta-data", StringComparison.Ordinal) && !tokens.IsValid(context.Request.Headers[TokenHeader]))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        await next(context);
    }

    private IResult PutToken(HttpRequest request)
    {
        var ttl = int.TryParse(request.Headers[TokenTtlHeader], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;
        if (tokens.Issue(ttl) is not { } token)
        {
            return Results.BadRequest();
        }

        request.HttpContext.Response.Headers[TokenTtlHeader] = ttl.ToString(CultureInfo.InvariantCulture);
        return Results.Text(token);
    }

    private string GetPreempted()
    {
        Interlocked.Increment(ref noticeReads);
        return behaviour == MetadataBehaviour.BrokenBody ? "perhaps" : Volatile.Read(ref notice) is null ? "FALSE" : "TRUE";
    }

    private IResult GetInstanceAction()
    {
        Interlocked.Increment(ref noticeReads);
        if (behaviour == MetadataBehaviour.BrokenBody)
        {
            return Results.Text("<html>{\"action\": \"termin", "text/plain");
        }

        if (Volatile.Read(ref notice) is not { } raised)
        {
            return Results.NotFound();
        }

        var at = raised.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return Results.Text(JsonSerializer.Serialize(new { action = raised.Action, time = at }), "application/json");
    }
}
