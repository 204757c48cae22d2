namespace Rebalancer.Agent.Transfer.Images;

/// <summary>What the records of one window of a stream took. Time in which nothing was sent does not count.</summary>
/// <param name="RawBytes">Of their data as it is.</param>
/// <param name="WireBytes">As they went over.</param>
/// <param name="Elapsed">From reading the data to having handed it over.</param>
/// <param name="Blocked">Of this: waiting, until the link or the bandwidth cap took more.</param>
/// <param name="Packing">Of this: compressing.</param>
/// <param name="TriedBytes">Of the raw bytes: those that were compressed, for use or on trial.</param>
/// <param name="PackedBytes">What became of them.</param>
internal readonly record struct LinkWindow(long RawBytes, long WireBytes, TimeSpan Elapsed, TimeSpan Blocked, TimeSpan Packing, long TriedBytes, long PackedBytes);

/// <param name="IsOn">Records are compressed.</param>
/// <param name="IsTrial">One now and then is, to learn what that would cost and give.</param>
/// <param name="PlainSecondsPerByte">What a byte of data took, all in all, when records were last sent as they are, but for trials; 0: not known.</param>
/// <param name="Gain">How many times as fast compressed records are sent as others: an estimate at first, then measured. 0: nothing is known.</param>
/// <param name="Age">Windows since <see cref="PlainSecondsPerByte"/> was measured.</param>
/// <param name="Rest">Windows in which compressing is not tried, since it has just failed to pay.</param>
internal readonly record struct CompressionState(bool IsOn, bool IsTrial, double PlainSecondsPerByte, double Gain, int Age, int Rest);
