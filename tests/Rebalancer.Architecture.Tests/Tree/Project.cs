using System.Xml.Linq;

namespace Rebalancer.Architecture.Tests.Tree;

/// <summary>A .csproj file: what it is called and what it names.</summary>
internal sealed record Project(string Path, string Name, IReadOnlyList<string> Projects, IReadOnlyList<string> Packages)
{
    public static Project Read(string path)
    {
        var xml = XDocument.Parse(Repository.Text(path));
        return new Project(path, System.IO.Path.GetFileNameWithoutExtension(path),
            [.. Names(xml, "ProjectReference").Select(r => System.IO.Path.GetFileNameWithoutExtension(r.Replace('\\', '/')))],
            [.. Names(xml, "PackageReference")]);
    }

    private static IEnumerable<string> Names(XDocument xml, string element) => xml.Descendants(element).Select(e => e.Attribute("Include")?.Value ?? "");
}
