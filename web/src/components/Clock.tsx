interface ClockProps {
  readonly ms: number;
  /** True to tell the seconds too. */
  readonly seconds?: boolean;
}

/** A time of day, in hours and minutes. */
export function Clock({ ms, seconds }: ClockProps) {
  const time = new Date(ms);
  return (
    <time dateTime={time.toISOString()}>
      {time.toLocaleTimeString([], {
        hour: '2-digit',
        minute: '2-digit',
        ...(seconds && { second: '2-digit' }),
      })}
    </time>
  );
}
