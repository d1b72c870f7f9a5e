using Microsoft.Extensions.Logging;

namespace HsiEdge.Delivery.Publish;

/// <summary>Log messages of Publish: 7000s.</summary>
internal static partial class PublishLog
{
    [LoggerMessage(7000, LogLevel.Information, "Connected to the broker {Host}:{Port} as session {Session}; {Pending} messages wait.")]
    public static partial void Connected(ILogger logger, string host, int port, long session, long pending);

    [LoggerMessage(7001, LogLevel.Warning, "No connection to the broker: {Reason}. Messages wait in the store ({Pending} now); it is tried again until it works.")]
    public static partial void LinkLost(ILogger logger, string reason, long pending);

    [LoggerMessage(7002, LogLevel.Warning, "The broker refuses {Topic}: {Reason}. Its messages wait; the others go on.")]
    public static partial void Refused(ILogger logger, string topic, string reason);

    [LoggerMessage(7003, LogLevel.Error, "The publisher cannot use the store; it tries again.")]
    public static partial void OutboxUnreadable(ILogger logger, Exception exception);

    [LoggerMessage(7004, LogLevel.Information, "Said goodbye to the broker; {Pending} messages wait for the next start.")]
    public static partial void Stopped(ILogger logger, long pending);

    [LoggerMessage(7005, LogLevel.Information, "The goodbye did not reach the broker ({Reason}); its Last Will says offline.")]
    public static partial void GoodbyeLost(ILogger logger, string reason);

    [LoggerMessage(7006, LogLevel.Information, "Command {Verb} was answered: ok={Ok} {Error}")]
    public static partial void CommandDone(ILogger logger, string verb, bool ok, string error);

    [LoggerMessage(7007, LogLevel.Information, "Command {Verb} names no response topic: no answer is sent.")]
    public static partial void NoResponseTopic(ILogger logger, string verb);

    [LoggerMessage(7008, LogLevel.Warning, "Command {Verb} asks for its answer on {Topic}, which is not a topic to answer on.")]
    public static partial void BadResponseTopic(ILogger logger, string verb, string topic);

    [LoggerMessage(7009, LogLevel.Warning, "The answer to command {Verb} on {Topic} is lost: {Reason}.")]
    public static partial void AnswerLost(ILogger logger, string verb, string topic, string reason);

    [LoggerMessage(7010, LogLevel.Information, "Embedded broker listens on 127.0.0.1:{Port}; it keeps nothing.")]
    public static partial void BrokerStarted(ILogger logger, int port);

    [LoggerMessage(7011, LogLevel.Warning, "The outbox is full or its messages are too old: the oldest are given up unsent ({Pending} wait). The results stay in the store.")]
    public static partial void GivesUp(ILogger logger, long pending);

    [LoggerMessage(7012, LogLevel.Warning, "The outbox is empty again; {Messages} messages were given up unsent ({Size} for its room, {Age} for their age, {Damaged} damaged). Ask for the results with query-results.")]
    public static partial void GaveUp(ILogger logger, long messages, long size, long age, long damaged);

    [LoggerMessage(7040, LogLevel.Warning, "Credentials of the broker's link cannot be used: {Reason} Working ones stay in use; the files are looked at again every 2 s.")]
    public static partial void CredentialsUnusable(ILogger logger, string reason);

    [LoggerMessage(7041, LogLevel.Information, "A password, certificate or key file has changed: the links to the broker connect anew with it.")]
    public static partial void CredentialsRenewed(ILogger logger);

    [LoggerMessage(7042, LogLevel.Information, "Announced to Home Assistant on {Topic}.")]
    public static partial void Announced(ILogger logger, string topic);

    [LoggerMessage(7043, LogLevel.Information, "Took back the announcement to Home Assistant on {Topic}.")]
    public static partial void TakenBack(ILogger logger, string topic);
}
