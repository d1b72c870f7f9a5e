namespace HsiEdge.Delivery.Record;

/// <summary>A page of the data file is not as it was written.</summary>
internal sealed class PageDamageException : IOException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="file">Path of the data file.</param>
    /// <param name="page">Number of the page.</param>
    /// <param name="found">What was found.</param>
    public PageDamageException(string file, long page, string found)
        : base($"Page {page} of {file} is damaged: {found}.")
    {
        (File, Page) = (file, page);
    }

    /// <summary>Path of the data file.</summary>
    public string File { get; }

    /// <summary>Number of the page.</summary>
    public long Page { get; }

    /// <summary>Finds one among an exception and its causes.</summary>
    public static PageDamageException? In(Exception? exception)
    {
        while (exception is not (null or PageDamageException))
        {
            exception = exception.InnerException;
        }

        return (PageDamageException?)exception;
    }
}
