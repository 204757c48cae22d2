namespace Rebalancer.Ledger.Store;

/// <summary>The tables. A change is one more step at the end; what has been released is never edited.</summary>
internal static class LedgerSchema
{
    /// <summary>"RBLG": the file is a ledger, and not some other program's database.</summary>
    public const int ApplicationId = 0x52424C47;

    /// <summary>Step i leads from user_version i to i + 1. Money is text, as decimals are exact in nothing else; instants are Unix seconds.</summary>
    public static readonly string[] Steps =
    [
        """
        CREATE TABLE plans (
            uid TEXT PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL, created_at INTEGER NOT NULL,
            policy TEXT NOT NULL, policy_generation INTEGER NOT NULL, verdict TEXT NOT NULL, phase TEXT NOT NULL, phase_reason TEXT NOT NULL,
            started_at INTEGER, completed_at INTEGER,
            predicted_usd_per_hour TEXT NOT NULL, predicted_usd_moving TEXT NOT NULL, predicted_usd_net TEXT NOT NULL, stable_hours TEXT NOT NULL,
            moves INTEGER NOT NULL, freed_nodes TEXT NOT NULL, new_nodes TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE moves (
            uid TEXT PRIMARY KEY, namespace TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL,
            plan TEXT NOT NULL, pod TEXT NOT NULL, pod_uid TEXT NOT NULL, source_node TEXT NOT NULL, target_node TEXT NOT NULL,
            reason TEXT NOT NULL, strategy TEXT NOT NULL, phase TEXT NOT NULL, phase_reason TEXT NOT NULL,
            created_at INTEGER NOT NULL, started_at INTEGER, completed_at INTEGER, freeze_ms INTEGER NOT NULL, bytes INTEGER NOT NULL,
            value_at INTEGER, usd_per_frozen_second TEXT, usd_per_restart TEXT, usd_per_gb TEXT, value_policy TEXT
        ) WITHOUT ROWID;
        CREATE TABLE nodes (
            uid TEXT PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL, provider_id TEXT NOT NULL, instance_type TEXT NOT NULL,
            region TEXT NOT NULL, zone TEXT NOT NULL, capacity TEXT NOT NULL, created_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, gone_at INTEGER
        ) WITHOUT ROWID;
        CREATE TABLE prices (
            node_uid TEXT NOT NULL, at INTEGER NOT NULL, usd_per_hour TEXT NOT NULL, list_usd_per_hour TEXT NOT NULL,
            source TEXT NOT NULL, estimated INTEGER NOT NULL, commitment TEXT NOT NULL, policy TEXT NOT NULL,
            PRIMARY KEY (node_uid, at)
        ) WITHOUT ROWID;
        """,
        """
        CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE INDEX moves_completed ON moves (completed_at);
        CREATE INDEX nodes_gone ON nodes (gone_at);
        """,
    ];
}
