namespace Rebalancer.Kubernetes.Certificates;

/// <summary>When a certificate is due to be made anew: after two thirds of its life, so that a signer that is away for a while stops nobody.</summary>
public static class CertificateAge
{
    private const double RenewedAfter = 2.0 / 3;

    public static bool IsDue(DateTimeOffset notBefore, DateTimeOffset notAfter, DateTimeOffset now) => now >= notBefore + (notAfter - notBefore) * RenewedAfter;
}
