namespace HsiEdge.Delivery.Publish;

/// <summary>The connection to the broker is gone or silent: transient, the publisher connects again.</summary>
internal sealed class LinkLostException(string message, Exception? inner = null) : Exception(message, inner);
