using k8s;
using Rebalancer.Agent.Transfer;

namespace Rebalancer.Agent.Certificates;

/// <summary>Keeps the certificates current while moves go on: renews them where the agent is enrolled, and takes over files that changed, whoever wrote them.</summary>
internal sealed class CertificateKeeper(IKubernetes kubernetes, PeerCertificates certificates, AgentOptions options, TimeProvider clock, ILogger<CertificateKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private readonly Enrolment enrolment = new(kubernetes, options, clock);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var known = Written();
        while (true)
        {
            await Task.Delay(Interval, clock, stoppingToken);
            try
            {
                if (options.IsEnrolled) { await enrolment.RefreshAsync(stoppingToken); }
                var now = Written();
                if (now == known) { continue; }
                certificates.Reload();
                known = now;
                log.LogInformation("The certificates are renewed; ours is valid until {Until:u}", certificates.Own.NotAfter.ToUniversalTime());
            }
            catch (Exception e) when (Enrolment.IsTransient(e, stoppingToken))
            {
                log.LogWarning("The certificates are not renewed, ours is valid until {Until:u}: {Cause}", certificates.Own.NotAfter.ToUniversalTime(), e.Message);
            }
        }
    }

    private (DateTime Ca, DateTime Certificate, DateTime Key) Written() => (File.GetLastWriteTimeUtc(options.TlsCa), File.GetLastWriteTimeUtc(options.TlsCert), File.GetLastWriteTimeUtc(options.TlsKey));
}
