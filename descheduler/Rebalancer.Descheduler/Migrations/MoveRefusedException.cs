namespace Rebalancer.Descheduler.Migrations;

/// <summary>Performing an action showed that the move cannot be; it is aborted with this reason.</summary>
internal sealed class MoveRefusedException(Refusal refusal) : Exception(refusal.Message)
{
    public Refusal Refusal { get; } = refusal;
}
