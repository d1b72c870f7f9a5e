using System.Text.Json.Nodes;
using Xunit;

namespace HsiEdge.IntegrationTests.Run;

/// <summary>A cart that came up without references, was pressed once, and was then given references by command, as on its first day.</summary>
public sealed class ReferencedCart : IAsyncLifetime
{
    private bool _disposed;

    /// <summary>The cart.</summary>
    public GigECart Cart { get; private set; } = null!;

    /// <summary>What the ledger said of the press without references.</summary>
    public JsonNode RefusedWithout { get; private set; } = null!;

    /// <summary>What the health of the camera said then.</summary>
    public JsonNode HealthWithout { get; private set; } = null!;

    /// <summary>Answer to reference-dark with the lens covered.</summary>
    public JsonObject Dark { get; private set; } = null!;

    /// <summary>Answer to reference-white with the white target in view.</summary>
    public JsonObject White { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Cart = await GigECart.StartAsync(GigECart.FirmwarePath("plans", "gige-48.json"));
        try
        {
            await TakeReferencesAsync();
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_disposed && Cart is not null)
        {
            _disposed = true;
            await Cart.DisposeAsync();
        }
    }

    private async Task TakeReferencesAsync()
    {
        await Cart.WaitForHealthAsync("camera", "warning", "no references");
        await Cart.WaitForHealthAsync("trigger", "ok", "");
        HealthWithout = GigECart.LastOf(Cart.Observer.Messages, "health/camera")!;
        RefusedWithout = await Cart.PressAsync();
        await Cart.Scene.TellAsync("view covered");
        Dark = await Cart.CommandAsync("reference-dark", """{"averages": 4}""");
        await Cart.Scene.TellAsync("view white");
        White = await Cart.CommandAsync("reference-white", """{"averages": 4}""");
        await Cart.Scene.TellAsync("view tissue");
    }
}
