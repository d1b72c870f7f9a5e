using System.Text;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Publish;

/// <summary>The published schemas, taken strictly.</summary>
internal static class MessageSchemas
{
    public static string Folder => ContractCheck.Folder;

    public static async Task RequireValidAsync(string schema, byte[] payload)
    {
        var errors = await ContractCheck.ValidateAsync(schema, payload);
        Assert.True(errors.Count == 0, $"{schema}: {string.Join("; ", errors)}");
    }

    public static Task<IReadOnlyList<string>> ErrorsAsync(string schema, string json) => ContractCheck.ValidateAsync(schema, Encoding.UTF8.GetBytes(json));
}
