namespace HsiEdge.Core.Record;

/// <summary>The store could not make something durable (disk full, input/output error): nothing of it was written.</summary>
public sealed class StoreFaultException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">Which file, what was found, what to do.</param>
    /// <param name="inner">The cause, where there is one.</param>
    public StoreFaultException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
