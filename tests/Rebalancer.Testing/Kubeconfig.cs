using System.Text;

namespace Rebalancer.Testing;

/// <summary>The file by which kubectl finds the server.</summary>
internal static class Kubeconfig
{
    public static void Write(string path, string url, string? caPem, string token = "double")
    {
        var ca = caPem is null ? "" : $"    certificate-authority-data: {Convert.ToBase64String(Encoding.UTF8.GetBytes(caPem))}\n";
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        File.WriteAllText(path, $"""
            apiVersion: v1
            kind: Config
            current-context: double
            clusters:
            - name: double
              cluster:
                server: {url}
            {ca}contexts:
            - name: double
              context:
                cluster: double
                user: admin
            users:
            - name: admin
              user:
                token: {token}

            """);
    }
}
