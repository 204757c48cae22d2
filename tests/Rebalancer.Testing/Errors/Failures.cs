using System.Text.Json.Nodes;
using Rebalancer.Testing.Resources;

namespace Rebalancer.Testing.Errors;

/// <summary>The refusals of the API server, with the real server's codes, reasons and words.</summary>
internal static class Failures
{
    public static ApiException NotFound(ResourceDescriptor resource, string name) =>
        new(404, "NotFound", $"{resource.QualifiedPlural} \"{name}\" not found") { Details = Details(resource, name) };

    public static ApiException UnknownPath() => new(404, "NotFound", "the server could not find the requested resource") { Details = [] };

    public static ApiException AlreadyExists(ResourceDescriptor resource, string name) =>
        new(409, "AlreadyExists", $"{resource.QualifiedPlural} \"{name}\" already exists") { Details = Details(resource, name) };

    public static ApiException Conflict(ResourceDescriptor resource, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {resource.QualifiedPlural} \"{name}\": {why}") { Details = Details(resource, name) };

    public static ApiException Modified(ResourceDescriptor resource, string name) =>
        Conflict(resource, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static ApiException WrongUid(ResourceDescriptor resource, string name, string wanted, string actual) => Precondition(
        resource, name, $"the UID in the precondition ({wanted}) does not match the UID in record ({actual}). The object might have been deleted and then recreated");

    public static ApiException WrongVersion(ResourceDescriptor resource, string name, string wanted, long actual) => Precondition(
        resource, name, $"the ResourceVersion in the precondition ({wanted}) does not match the ResourceVersion in record ({actual}). The object might have been modified");

    public static ApiException VersionMissing(ResourceDescriptor resource, string name) => new(
        422, "Invalid", $"{resource.QualifiedPlural} \"{name}\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update")
    {
        Details = Details(resource, name),
    };

    public static ApiException Invalid(ResourceDescriptor resource, string name, IReadOnlyList<FieldError> errors)
    {
        var details = Details(resource, name);
        details["kind"] = resource.Kind;
        details["causes"] = new JsonArray([.. errors.Select(e =>
            (JsonNode)new JsonObject { ["reason"] = e.Reason, ["message"] = e.Message, ["field"] = e.Field })]);
        var list = errors.Count == 1 ? errors[0].ToString() : $"[{string.Join(", ", errors)}]";
        return new(422, "Invalid", $"{resource.QualifiedKind} \"{name}\" is invalid: {list}") { Details = details };
    }

    public static ApiException BadRequest(string message) => new(400, "BadRequest", message);

    public static ApiException Forbidden(ResourceDescriptor resource, string name, string why) =>
        new(403, "Forbidden", $"{resource.QualifiedPlural} \"{name}\" is forbidden: {why}") { Details = Details(resource, name) };

    public static ApiException MethodNotAllowed() => new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource") { Details = [] };

    public static ApiException UnsupportedMediaType(IEnumerable<string> accepted) => new(
        415, "UnsupportedMediaType", $"the body of the request was in an unknown format - accepted media types include: {string.Join(", ", accepted)}");

    public static ApiException Expired(string message) => new(410, "Expired", message);

    public static ApiException ExpiredPage(string continueToken) => new(
        410,
        "Expired",
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the "
        + "continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects "
        + "that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.")
    {
        Continue = continueToken,
    };

    public static ApiException TooLargeVersion(long asked, long current) =>
        new(504, "Timeout", $"Timeout: Too large resource version: {asked}, current: {current}")
        {
            Details = new JsonObject
            {
                ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }),
                ["retryAfterSeconds"] = 1,
            },
        };

    public static ApiException TooManyRequests(string message, string causeReason, string causeMessage, int? retryAfterSeconds = null)
    {
        var details = new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["reason"] = causeReason, ["message"] = causeMessage }) };
        if (retryAfterSeconds is { } seconds)
        {
            details["retryAfterSeconds"] = seconds;
        }

        return new(429, "TooManyRequests", message) { Details = details };
    }

    public static ApiException Internal(string message) => new(500, "InternalError", $"Internal error occurred: {message}")
    {
        Details = new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["message"] = message }) },
    };

    /// <summary>The real server names the kind here, where it names the resource elsewhere.</summary>
    private static ApiException Precondition(ResourceDescriptor resource, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {resource.Kind} \"{name}\": {why}")
        {
            Details = new JsonObject { ["name"] = name, ["kind"] = resource.Kind },
        };

    private static JsonObject Details(ResourceDescriptor resource, string name)
    {
        var details = new JsonObject { ["name"] = name };
        if (resource.Group.Length > 0)
        {
            details["group"] = resource.Group;
        }

        details["kind"] = resource.Plural;
        return details;
    }
}
