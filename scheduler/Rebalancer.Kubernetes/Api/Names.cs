namespace Rebalancer.Kubernetes.Api;

/// <summary>Names that cross a process: the API group, annotations, labels, taints and finalizers of Rebalancer, and those of others that it honours.</summary>
public static class Names
{
    public const string Group = "rebalancer.dev";
    public const string Version = "v1alpha1";
    public const string ApiVersion = Group + "/" + Version;

    /// <summary>RuntimeClass and containerd runtime handler of pods whose containers run under rebalancer-runc.</summary>
    public const string RuntimeHandler = "rebalancer";

    /// <summary>Where Rebalancer's own programs run, unless they are told otherwise.</summary>
    public const string SystemNamespace = "rebalancer-system";

    /// <summary>Signer of the agents' certificates, in CertificateSigningRequests.</summary>
    public const string AgentSigner = "rebalancer.dev/agent";

    /// <summary>Service account of the agents.</summary>
    public const string AgentAccount = "rebalancer-agent";

    /// <summary>Secret with the agents' authority, and ConfigMap with what agents are to trust, both in the system namespace.</summary>
    public const string AgentAuthority = "rebalancer-agent-ca";

    /// <summary>Key of that ConfigMap: certificates in PEM, one after the other.</summary>
    public const string TrustKey = "ca.crt";

    /// <summary>What the API server says of a request that came with a pod's token: the node of the pod.</summary>
    public const string NodeOfToken = "authentication.kubernetes.io/node-name";

    /// <summary>On a node, RFC 3339: the instant at which the node goes away. Anyone may set it.</summary>
    public const string TerminatesAt = "rebalancer.dev/terminates-at";

    /// <summary>On a node, beside <see cref="TerminatesAt"/>: why it goes away, for people.</summary>
    public const string TerminationReason = "rebalancer.dev/termination-reason";

    /// <summary>On a node: why its pods are to leave it for maintenance, for people; whenever they can, there is no deadline. Anyone may set it, and take it back.</summary>
    public const string Maintenance = "rebalancer.dev/maintenance";

    /// <summary>On a RebalancePolicy: why nothing is to begin under it, for people. Whatever stands there pauses it; what has begun ends as it would.</summary>
    public const string Paused = "rebalancer.dev/paused";

    /// <summary>Taint key (effect NoSchedule) of a node that a plan empties, with the plan's name as its value.</summary>
    public const string EmptyingTaint = "rebalancer.dev/emptying";

    /// <summary>On a node with that taint, RFC 3339: the instant at which nothing kept it any more.</summary>
    public const string EmptiedAt = "rebalancer.dev/emptied-at";

    /// <summary>Label on a pod that only asks for room: the UID of the Migration that needs it.</summary>
    public const string PlaceholderLabel = "rebalancer.dev/placeholder";

    /// <summary>Label on a Migration that a plan made: the plan's name.</summary>
    public const string PlanLabel = "rebalancer.dev/plan";

    /// <summary>Taint key (effect NoSchedule) of a node that is about to be interrupted.</summary>
    public const string InterruptionTaint = "rebalancer.dev/interruption";

    /// <summary>
    /// Taint key of a node that its cloud recommends to leave: a risk, and no order. Of AWS's node termination handler (effect NoSchedule); an agent that reads
    /// such a recommendation itself sets it with the effect PreferNoSchedule.
    /// </summary>
    public const string RecommendationTaint = "aws-node-termination-handler/rebalance-recommendation";

    /// <summary>On a node: price in US dollars per hour, a decimal number &gt; 0.</summary>
    public const string CostUsdPerHour = "rebalancer.dev/cost-usd-per-hour";

    /// <summary>On a node: expected interruptions per hour, a decimal number &gt;= 0.</summary>
    public const string InterruptionHazard = "rebalancer.dev/interruption-hazard";

    /// <summary>
    /// On a node, set by the scheduler: the cost and the hazard that it published, "COST;HAZARD". Values that stand here are no statements of the node's
    /// owner, so that they are worked out anew.
    /// </summary>
    public const string Published = "rebalancer.dev/published";

    /// <summary>On a node, set by its agent: host:port of the agent's mTLS endpoint.</summary>
    public const string AgentEndpoint = "rebalancer.dev/agent-endpoint";

    /// <summary>On a replacement pod, set by the claim webhook: name of the Migration (same namespace) whose checkpoint it may ask for. A hint, never proof.</summary>
    public const string MigrationAnnotation = "rebalancer.dev/migration";

    /// <summary>On a replacement pod, set by the claim webhook: the random token that the Migration's claim holds.</summary>
    public const string ClaimAnnotation = "rebalancer.dev/claim";

    /// <summary>On a pod: "true" or "false", whether it may be moved live.</summary>
    public const string Migratable = "rebalancer.dev/migratable";

    /// <summary>
    /// On a pod with persistent volumes, "true": it may be moved although its clients wait while the volumes are detached from its node and attached to the other, which
    /// takes as long as it does for a pod that is started anew.
    /// </summary>
    public const string Reattach = "rebalancer.dev/reattach";

    /// <summary>Condition of a pod: whether it could move live, and if not, why (see <see cref="Reasons"/>).</summary>
    public const string LiveMigratable = "LiveMigratable";

    /// <summary>Labels on a Migration, so that an agent watches only its own: node names.</summary>
    public const string SourceNodeLabel = "rebalancer.dev/source-node";
    public const string TargetNodeLabel = "rebalancer.dev/target-node";

    /// <summary>Label on a Migration, "closed": the object of its pod may be gone while the pod runs on; nobody else may take the name.</summary>
    public const string GateLabel = "rebalancer.dev/gate";
    public const string GateClosed = "closed";

    /// <summary>On a Migration, "true": give it up if it has not committed yet.</summary>
    public const string Abort = "rebalancer.dev/abort";

    /// <summary>On a Migration that waits for a notice (<see cref="Cutovers.OnNotice"/>), "true": it has come, the move goes on.</summary>
    public const string Cutover = "rebalancer.dev/cutover";

    public const string MigrationFinalizer = "rebalancer.dev/migration";

    /// <summary>Field of a node selector's matchFields: by it the claim webhook names the target in a replacement's required node affinity.</summary>
    public const string NodeNameField = "metadata.name";

    public const string PodTemplateHash = "pod-template-hash";
    public const string PodDeletionCost = "controller.kubernetes.io/pod-deletion-cost";
    public const string Hostname = "kubernetes.io/hostname";
    public const string InstanceType = "node.kubernetes.io/instance-type";
    public const string CapacityTypeKarpenter = "karpenter.sh/capacity-type";
    public const string CapacityTypeEks = "eks.amazonaws.com/capacityType";
    public const string DoNotDisrupt = "karpenter.sh/do-not-disrupt";
    public const string CapacityTypeGkeSpot = "cloud.google.com/gke-spot";
    public const string CapacityTypeAzure = "kubernetes.azure.com/scalesetpriority";
    public const string Arch = "kubernetes.io/arch";
    public const string Region = "topology.kubernetes.io/region";
    public const string Zone = "topology.kubernetes.io/zone";
    public const string ControlPlane = "node-role.kubernetes.io/control-plane";
    public const string ScaleDownDisabled = "cluster-autoscaler.kubernetes.io/scale-down-disabled";
    public const string PreferNoEviction = "descheduler.alpha.kubernetes.io/prefer-no-eviction";

    /// <summary>Labels of Node Feature Discovery, one for each processor feature, "true" where the node has it.</summary>
    public const string CpuFeaturePrefix = "feature.node.kubernetes.io/cpu-cpuid.";
    public const string SafeToEvict = "cluster-autoscaler.kubernetes.io/safe-to-evict";
}
