namespace HsiEdge.Appliance.Cli;

/// <summary>What the program says to scripts when it ends.</summary>
public static class ExitCodes
{
    /// <summary>Done.</summary>
    public const int Success = 0;

    /// <summary>The thing failed: a device, the disk, the broker, a check of <c>doctor</c>.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int WrongUsage = 2;

    /// <summary>A file, an option's value or a configuration cannot be used.</summary>
    public const int BadInput = 3;

    /// <summary>Stopped by Ctrl-C or SIGTERM before it was done (128 + SIGINT, as shells have it).</summary>
    public const int Cancelled = 130;
}
