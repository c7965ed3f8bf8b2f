/** A time of day, in hours and minutes. */
export function Clock({ ms }: { readonly ms: number }) {
  const time = new Date(ms);
  return (
    <time dateTime={time.toISOString()}>
      {time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}
    </time>
  );
}
