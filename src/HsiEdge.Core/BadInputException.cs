namespace HsiEdge.Core;

/// <summary>
/// Input from outside (a file, an option, a payload) that cannot be used. The message names the file, key or topic, what was
/// found, what was expected and what to do; executables print it as it is and exit with 3.
/// </summary>
public class BadInputException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">One clear sentence or two for the person at the console.</param>
    /// <param name="inner">The cause, where there is one.</param>
    public BadInputException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
