using Rebalancer.Agent.Local.Memory;
using Rebalancer.Agent.Transfer.Images;

namespace Rebalancer.Agent.Memory;

/// <summary>A frozen process some of whose pages are not on the target yet.</summary>
/// <param name="Name">As the target knows it.</param>
/// <param name="Memory">Stays as it is: the process never runs again, unless the move rolls back.</param>
/// <param name="Left">What is still to be sent.</param>
internal sealed record LateProcess(ProcessName Name, ProcessMemory Memory, PageSet Left);
