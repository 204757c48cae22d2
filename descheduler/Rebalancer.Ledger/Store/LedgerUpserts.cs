using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Rebalancer.Ledger.Entries;

namespace Rebalancer.Ledger.Store;

/// <summary>How entries merge with what is there; see <see cref="LedgerEntry"/>.</summary>
internal sealed class LedgerUpserts(SqliteConnection connection) : IDisposable
{
    private const string Plans = """
        INSERT INTO plans VALUES ($uid, $name, $version, $created_at, $policy, $policy_generation, $verdict, $phase, $phase_reason, $started_at, $completed_at,
            $predicted_usd_per_hour, $predicted_usd_moving, $predicted_usd_net, $stable_hours, $moves, $freed_nodes, $new_nodes)
        ON CONFLICT (uid) DO UPDATE SET version = excluded.version, verdict = excluded.verdict, phase = excluded.phase, phase_reason = excluded.phase_reason,
            started_at = excluded.started_at, completed_at = excluded.completed_at WHERE excluded.version > version
        """;

    private const string Moves = """
        INSERT INTO moves VALUES ($uid, $namespace, $name, $version, $plan, $pod, $pod_uid, $source_node, $target_node, $reason, $strategy, $phase, $phase_reason,
            $created_at, $started_at, $completed_at, $freeze_ms, $bytes, NULL, NULL, NULL, NULL, NULL)
        ON CONFLICT (uid) DO UPDATE SET version = excluded.version, plan = excluded.plan, pod = excluded.pod, pod_uid = excluded.pod_uid,
            source_node = excluded.source_node, target_node = excluded.target_node, strategy = excluded.strategy, phase = excluded.phase,
            phase_reason = excluded.phase_reason, started_at = excluded.started_at, completed_at = excluded.completed_at, freeze_ms = excluded.freeze_ms,
            bytes = excluded.bytes WHERE excluded.version > version
        """;

    private const string MoveValues = """
        UPDATE moves SET value_at = $value_at, usd_per_frozen_second = $usd_per_frozen_second, usd_per_restart = $usd_per_restart, usd_per_gb = $usd_per_gb,
            value_policy = $value_policy WHERE uid = $uid AND (value_at IS NULL OR value_at > $value_at)
        """;

    private const string Nodes = """
        INSERT INTO nodes VALUES ($uid, $name, $version, $provider_id, $instance_type, $region, $zone, $capacity, $created_at, $seen_at, $gone_at)
        ON CONFLICT (uid) DO UPDATE SET
            provider_id = iif(excluded.version > version, excluded.provider_id, provider_id),
            instance_type = iif(excluded.version > version, excluded.instance_type, instance_type),
            region = iif(excluded.version > version, excluded.region, region), zone = iif(excluded.version > version, excluded.zone, zone),
            capacity = iif(excluded.version > version, excluded.capacity, capacity),
            version = max(version, excluded.version), seen_at = min(seen_at, excluded.seen_at),
            gone_at = min(coalesce(gone_at, excluded.gone_at), coalesce(excluded.gone_at, gone_at))
        """;

    /// <summary>Of two prices at one instant the later word counts.</summary>
    private const string Prices = """
        INSERT INTO prices VALUES ($node_uid, $at, $usd_per_hour, $list_usd_per_hour, $source, $estimated, $commitment, $policy)
        ON CONFLICT (node_uid, at) DO UPDATE SET usd_per_hour = excluded.usd_per_hour, list_usd_per_hour = excluded.list_usd_per_hour, source = excluded.source,
            estimated = excluded.estimated, commitment = excluded.commitment, policy = excluded.policy
        """;

    private readonly Dictionary<string, SqliteCommand> prepared = [];

    public void Write(LedgerEntry entry, SqliteTransaction transaction)
    {
        switch (entry)
        {
            case PlanEntry plan: Write(plan, transaction); break;
            case MoveEntry move: Write(move, transaction); break;
            case NodeEntry node:
                Run(Nodes, transaction, ("$uid", node.Uid), ("$name", node.Name), ("$version", node.Version), ("$provider_id", node.ProviderId), ("$instance_type", node.InstanceType),
                    ("$region", node.Region), ("$zone", node.Zone), ("$capacity", node.Capacity), ("$created_at", Seconds(node.CreatedAt)), ("$seen_at", Seconds(node.SeenAt)),
                    ("$gone_at", Seconds(node.GoneAt)));
                break;
            case PriceEntry price:
                Run(Prices, transaction, ("$node_uid", price.NodeUid), ("$at", Seconds(price.At)), ("$usd_per_hour", Text(price.UsdPerHour)), ("$list_usd_per_hour", Text(price.ListUsdPerHour)),
                    ("$source", price.Source), ("$estimated", price.Estimated ? 1L : 0L), ("$commitment", price.Commitment), ("$policy", price.Policy));
                break;
            default: throw new ArgumentOutOfRangeException(nameof(entry), entry.GetType().Name, "an entry that has no table");
        }
    }

    public void Dispose()
    {
        foreach (var command in prepared.Values)
        {
            command.Dispose();
        }
    }

    private void Write(PlanEntry plan, SqliteTransaction transaction)
        => Run(Plans, transaction, ("$uid", plan.Uid), ("$name", plan.Name), ("$version", plan.Version), ("$created_at", Seconds(plan.CreatedAt)), ("$policy", plan.Policy),
            ("$policy_generation", plan.PolicyGeneration), ("$verdict", plan.Verdict), ("$phase", plan.Phase), ("$phase_reason", plan.PhaseReason), ("$started_at", Seconds(plan.StartedAt)),
            ("$completed_at", Seconds(plan.CompletedAt)), ("$predicted_usd_per_hour", Text(plan.PredictedUsdPerHour)), ("$predicted_usd_moving", Text(plan.PredictedUsdMoving)),
            ("$predicted_usd_net", Text(plan.PredictedUsdNet)), ("$stable_hours", Text(plan.StableHours)), ("$moves", (long)plan.Moves),
            ("$freed_nodes", JsonSerializer.Serialize(plan.FreedNodes)), ("$new_nodes", JsonSerializer.Serialize(plan.NewNodes)));

    private void Write(MoveEntry move, SqliteTransaction transaction)
    {
        Run(Moves, transaction, ("$uid", move.Uid), ("$namespace", move.Namespace), ("$name", move.Name), ("$version", move.Version), ("$plan", move.Plan), ("$pod", move.Pod),
            ("$pod_uid", move.PodUid), ("$source_node", move.SourceNode), ("$target_node", move.TargetNode), ("$reason", move.Reason), ("$strategy", move.Strategy), ("$phase", move.Phase),
            ("$phase_reason", move.PhaseReason), ("$created_at", Seconds(move.CreatedAt)), ("$started_at", Seconds(move.StartedAt)), ("$completed_at", Seconds(move.CompletedAt)),
            ("$freeze_ms", move.FreezeMs), ("$bytes", move.Bytes));
        if (move.Value is { } value)
        {
            Run(MoveValues, transaction, ("$uid", move.Uid), ("$value_at", Seconds(value.At)), ("$usd_per_frozen_second", Text(value.UsdPerFrozenSecond)),
                ("$usd_per_restart", Text(value.UsdPerRestart)), ("$usd_per_gb", Text(value.UsdPerGb)), ("$value_policy", value.Policy));
        }
    }

    private void Run(string sql, SqliteTransaction transaction, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        if (!prepared.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            foreach (var (name, _) in parameters)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = name });
            }

            prepared[sql] = command;
        }

        command.Transaction = transaction;
        foreach (var (name, value) in parameters)
        {
            command.Parameters[name].Value = value;
        }

        command.ExecuteNonQuery();
    }

    private static object Seconds(DateTimeOffset? at) => at is { } known ? known.ToUnixTimeSeconds() : DBNull.Value;

    private static string Text(decimal value) => value.ToString(CultureInfo.InvariantCulture);
}
