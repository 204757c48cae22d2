using System.CommandLine;
using System.Net;
using System.Security.Authentication;
using System.Text.Json;
using k8s.Exceptions;
using Rebalancer.Kubernetes.Client;

namespace Rebalancer.Cli.Cluster;

/// <summary>What a verb does in a cluster; whatever goes wrong becomes a sentence and an <see cref="ExitCode"/>.</summary>
internal static class ClusterAction
{
    public static void SetClusterAction(this Command command, CliContext cli, ClusterOptions options, Func<ParseResult, ClusterConnection, CancellationToken, Task<int>> action)
        => command.SetGuardedAction(cli, async (parsed, cancellation) =>
        {
            using var cluster = options.Connect(parsed, cli.Clock);
            return await action(parsed, cluster, cancellation);
        });

    public static void SetGuardedAction(this Command command, CliContext cli, Func<ParseResult, CancellationToken, Task<int>> action)
        => command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                return await action(parsed, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                await cli.Errors.WriteLineAsync("interrupted; what has begun in the cluster goes on");
                return ExitCode.Interrupted;
            }
            catch (Exception e) when (Known(e) is { } exit)
            {
                await cli.Errors.WriteLineAsync(Sentence(e));
                return exit;
            }
        });

    /// <summary>The API server cannot be reached for the moment, or has trouble of its own: it may be better the next time.</summary>
    public static bool MayPass(Exception e)
        => e is HttpRequestException or IOException or TimeoutException || (e is ApiException { Code: var code } && (code >= HttpStatusCode.InternalServerError || code == HttpStatusCode.TooManyRequests));

    private static int? Known(Exception e) => e switch
    {
        CliException known => known.ExitCode,
        ApiException { Code: HttpStatusCode.NotFound or HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity } => ExitCode.BadInput,
        ApiException { Code: HttpStatusCode.Conflict } => ExitCode.Unsuccessful,
        ApiException or AuthenticationException or KubeConfigException or JsonException => ExitCode.Unreachable,
        _ when MayPass(e) => ExitCode.Unreachable,
        _ => null,
    };

    private static string Sentence(Exception e) => e switch
    {
        CliException => e.Message,
        ApiException => $"the cluster refused: {e.Message}",
        JsonException => $"the cluster's answer makes no sense: {e.Message}",
        KubeConfigException => $"no credentials for the cluster: {e.Message}",
        _ => $"the cluster cannot be reached: {e.Message}",
    };
}
