using k8s;
using Rebalancer.Agent.Transfer;

namespace Rebalancer.Agent.Certificates;

/// <summary>
/// Gets the certificates and keeps them current while everything else goes on: asks for them where the agent is enrolled, and takes over files that changed, whoever wrote them. Pods
/// get their addresses meanwhile, and the descheduler, which signs, may be one of them.
/// </summary>
internal sealed class CertificateKeeper(IKubernetes kubernetes, PeerCertificates certificates, AgentOptions options, TimeProvider clock, ILogger<CertificateKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1), Retry = TimeSpan.FromSeconds(5);
    private readonly Enrolment enrolment = new(kubernetes, options, clock);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var known = Written();
        if (!options.IsEnrolled) { await Task.Delay(Interval, clock, stoppingToken); }
        while (true)
        {
            try
            {
                if (options.IsEnrolled) { await enrolment.RefreshAsync(stoppingToken); }
                var now = Written();
                if (now != known || certificates.Own is null)
                {
                    certificates.Reload();
                    known = now;
                    log.LogInformation("The certificates are new; ours is valid until {Until:u}", certificates.Own!.NotAfter.ToUniversalTime());
                }
            }
            catch (Exception e) when (Enrolment.IsTransient(e, stoppingToken))
            {
                if (certificates.Own is { } own) { log.LogWarning("The certificates are not renewed, ours is valid until {Until:u}: {Cause}", own.NotAfter.ToUniversalTime(), e.Message); }
                else { log.LogWarning("No certificate yet, so no pod can move; trying again in {Seconds:0} s: {Cause}", Retry.TotalSeconds, e.Message); }
            }

            await Task.Delay(certificates.Own is null ? Retry : Interval, clock, stoppingToken);
        }
    }

    private (DateTime Ca, DateTime Certificate, DateTime Key) Written() => (File.GetLastWriteTimeUtc(options.TlsCa), File.GetLastWriteTimeUtc(options.TlsCert), File.GetLastWriteTimeUtc(options.TlsKey));
}
