using Rebalancer.Agent;

return await AgentCommand.RunAsync(args);
