using Rebalancer.Testing.Kinds;
using Rebalancer.Testing.Objects;
using Rebalancer.Testing.Resources;
using Rebalancer.Testing.Store;

namespace Rebalancer.Testing.Http;

/// <summary>Shows an object in the version asked for. Versions differ only in their name: conversion strategy None.</summary>
internal static class Versions
{
    public static StoredObject Present(StoredObject o, ResourceDescriptor resource)
    {
        if (o.Root.Text("apiVersion") == resource.ApiVersion)
        {
            return o;
        }

        if (EventForms.Applies(resource))
        {
            return new StoredObject(EventForms.ToShown(resource, o.ToNode()));
        }

        var copy = o.ToNode();
        copy["apiVersion"] = resource.ApiVersion;
        return new StoredObject(copy);
    }
}
