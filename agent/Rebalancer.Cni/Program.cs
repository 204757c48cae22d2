using Rebalancer.Cni;

return Entry.Run(CniHost.OfThisNode());
